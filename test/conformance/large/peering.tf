# Another VPC, and the ways between the two.

resource "aws_vpc" "tools" {
  cidr_block = "10.99.0.0/24"
  tags       = { Name = "tools" }
}

resource "aws_vpc_peering_connection" "tools" {
  vpc_id      = aws_vpc.this.id
  peer_vpc_id = aws_vpc.tools.id
  auto_accept = true
}

resource "aws_route" "to_tools" {
  count                     = length(local.zones)
  route_table_id            = aws_route_table.private[count.index].id
  destination_cidr_block    = aws_vpc.tools.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.tools.id
}

resource "aws_route" "from_tools" {
  for_each                  = toset(concat([local.block], local.more_blocks))
  route_table_id            = aws_vpc.tools.main_route_table_id
  destination_cidr_block    = each.value
  vpc_peering_connection_id = aws_vpc_peering_connection.tools.id
  depends_on                = [aws_vpc_ipv4_cidr_block_association.more]
}
