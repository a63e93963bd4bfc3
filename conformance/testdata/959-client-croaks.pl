# What POE::Component::Client::TCP->new() complains about: missing and unusable parameters.
use strict; use warnings; use POE qw(Component::Client::TCP Filter::Line); $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub cut { my $e = shift; $e =~ s/ at \S+ line.*//s; return $e }
$SIG{__WARN__} = sub { out('  warning:', cut(shift)) };

my $code = sub { };
my %base = (RemoteAddress => '127.0.0.1', RemotePort => 9, ServerInput => $code);
sub attempt {
  my ($label, @params) = @_;
  out("-- $label");
  my $id = eval { POE::Component::Client::TCP->new(@params) };
  out(defined $id ? 'ok' : 'croak: ' . cut($@));
  $poe_kernel->post($id => 'shutdown') if defined $id;
  return;
}
sub without { my %p = %base; delete $p{ +shift }; return %p }
attempt('odd number', 'Alias');
attempt("no $_", without($_)) for qw(RemoteAddress RemotePort ServerInput);
attempt("$_ not code", %base, $_ => 'text') for qw(ServerInput Connected ConnectError Disconnected ServerError ServerFlushed PreConnect Started);
attempt('one mark', %base, HighMark => 10);
attempt('four marks', %base, HighMark => 10, LowMark => 1, ServerHigh => $code, ServerLow => $code);
attempt('Args', %base, Args => 'x');
attempt('InlineStates', %base, InlineStates => []);
attempt('ObjectStates', %base, ObjectStates => {});
attempt('PackageStates', %base, PackageStates => {});
attempt('SessionParams', %base, SessionParams => {});
attempt('unknown', %base, Zebra => 1);
$poe_kernel->run();
