# Customer-managed prefix lists: inline entries, separate ones, and who refers to them.

resource "aws_ec2_managed_prefix_list" "offices" {
  name           = "offices-${var.description}"
  address_family = "IPv4"
  max_entries    = 5
  tags           = { Name = "offices" }

  entry {
    cidr        = "192.0.2.0/24"
    description = "head office"
  }
  dynamic "entry" {
    for_each = var.description == "first" ? ["198.51.100.0/25"] : ["198.51.100.0/24", "203.0.113.0/24"]
    content {
      cidr = entry.value
    }
  }
}

resource "aws_ec2_managed_prefix_list" "partners" {
  name           = "partners"
  address_family = "IPv6"
  max_entries    = var.description == "first" ? 2 : 3
}

resource "aws_ec2_managed_prefix_list_entry" "partner" {
  count          = 2
  prefix_list_id = aws_ec2_managed_prefix_list.partners.id
  cidr           = "2001:db8:${count.index + 1}::/48"
}

resource "aws_route" "offices" {
  route_table_id             = aws_route_table.private.id
  destination_prefix_list_id = aws_ec2_managed_prefix_list.offices.id
  gateway_id                 = aws_internet_gateway.main.id
}

resource "aws_security_group" "offices" {
  name   = "offices"
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "offices" {
  security_group_id = aws_security_group.offices.id
  prefix_list_id    = aws_ec2_managed_prefix_list.offices.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

data "aws_ec2_managed_prefix_list" "offices" {
  id = aws_ec2_managed_prefix_list.offices.id
}

output "office_entries" {
  value = length(data.aws_ec2_managed_prefix_list.offices.entries)
}
