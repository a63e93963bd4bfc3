# The broker of Debian's package stompserver on a port of the loopback. Its own
# start script does not run with the Ruby of today.
#   ruby broker.rb PORT DIRECTORY
%w[etc yaml optparse daemons/daemonize stomp_server].each { |name| require name }

port, dir = ARGV
ARGV.replace(['-b', '127.0.0.1', '-p', port, '-w', dir, '-q', 'memory'])
EventMachine.run do
  engine = StompServer::Run.new(StompServer::Configurator.new.opts)
  engine.start
  handler = StompServer::Protocols::Stomp
  %w[auth_required queue_manager topic_manager stompauth].each do |name|
    handler.class_variable_set("@@#{name}", engine.public_send(name))
  end
  EventMachine.start_server('127.0.0.1', port.to_i, handler)
end
