#!/bin/sh
# A service: answers HTTP with its host's name, and writes to /var/log/service.log who connected. perl-base is on every
# Debian and Amazon Linux.
nohup perl -e '
  use Socket;
  $SIG{CHLD} = "IGNORE";
  chomp(my $name = `hostname`);
  socket(my $server, PF_INET, SOCK_STREAM, 0);
  setsockopt($server, SOL_SOCKET, SO_REUSEADDR, 1);
  bind($server, sockaddr_in(80, INADDR_ANY)) or die "bind: $!";
  listen($server, 128);
  open(my $log, ">>", "/var/log/service.log");
  select($log); $| = 1;
  while (my $peer = accept(my $client, $server)) {
    my $child = fork;
    if (!defined $child || $child) { close $client; next }
    alarm 5;
    my ($port, $address) = sockaddr_in($peer);
    my $from = "from " . inet_ntoa($address);
    my $head = "";
    while ($head !~ /\r\n\r\n/) {
      sysread($client, $head, 4096, length $head) or exit;
      # Proxy protocol v2: 12 bytes of signature, version and command, family, length, then addresses and TLVs.
      if (length $head >= 16 && substr($head, 0, 12) eq "\r\n\r\n\0\r\nQUIT\n") {
        my $length = unpack("n", substr($head, 14, 2));
        next if length $head < 16 + $length;
        my $header = substr($head, 0, 16 + $length, "");
        $from .= " for " . inet_ntoa(substr($header, 16, 4)) if ord(substr($header, 12, 1)) == 0x21;
        $from .= " by $1" if $header =~ /\xEA..\x01(vpce-[0-9a-f]+)/s;
      }
    }
    print $log "$from\n";
    my $body = "service on $name\n";
    syswrite($client, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " . length($body) . "\r\n\r\n$body");
    exit;
  }
' </dev/null >/dev/null 2>&1 &
echo $! >/var/run/service.pid
