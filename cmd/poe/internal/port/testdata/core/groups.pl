#!/usr/bin/perl
# Groups of plain patterns: a newline at the end, bytes that are no ASCII, groups that
# take no part, and my (...) = MATCH or leave.
use strict;
use warnings;

sub show { print join('|', map { defined $_ ? $_ : 'undef' } @_), "\n" }

sub first {
  my $text = shift;
  my ($name, $rest) = $text =~ /^(\w+) (.+)$/ or return show('no', length $text);
  show($name, $rest, length $rest);
}
first("a b");
first("a b\n");
first("a \n");
first("a \xc3\xa9");
first("a \xc3\xa9\n");
first("\xc3\xa9 x");

sub optional {
  my $text = shift;
  my ($number, $unit, $more, $none) = $text =~ /^(\d+)(ms|s)?(?:-(\d+))?$/ or return show('none');
  show($number, $unit, $more, $none);
}
optional($_) for '1', '1s', '2ms-3', '4-5', 'x', "6\n";

sub wide {
  my $text = shift;
  if ($text =~ /^([^:]+):(.*)$/) { show('colon', $1, $2, length $1) }
  elsif ($text =~ /^(.*?)=(.*)/) { show('equals', $1, $2) }
  elsif ($text =~ /([a-z]*)$/) { show('end', $1) }
}
wide($_) for "\xe9\xc3:x", "a\nb:c", "a\nb=c\n", "x=\xff\xfe\n", "ABCdef\n", "ABC\n", ":", "";

# A match that fails keeps the groups of the last one.
'key=value' =~ /^(\w+)=(\w+)$/;
show($1, $2);
'nothing' =~ /^(\d+)$/;
show($1, $2);

for my $line ('a1', 'b', 'c3') {
  my ($letter, $digit) = $line =~ /^([a-z])(\d)$/ or next;
  show($letter, $digit + 1);
}
for my $line ('1', '2', 'x', '3') {
  my ($digit) = $line =~ /^(\d)$/ or last;
  show($digit);
}
my $ok = eval {
  my ($digit) = 'y' =~ /^(\d)$/ or die "no digit\n";
  show($digit);
  1;
};
show($ok, $@ eq "no digit\n" ? 'died' : $@);

sub nested {
  my ($all, $a, $b) = $_[0] =~ /^((a+)|(b+))$/ or return show('neither');
  show($all, $a, $b);
}
nested($_) for 'aa', 'b', 'c';

sub repeated {
  if ($_[0] =~ /^(?:(a)|b)*$/) { show('repeated', $1) }
}
repeated($_) for 'ab', 'ba', 'bb', '';
