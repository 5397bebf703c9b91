# A VPC of both families, with all that has an IPv6 block, an IPv6 address or an IPv6 rule; and one that gets IPv6 later.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

# Whether the second of two values is in force of what changes in place.
variable "second" {
  type    = bool
  default = false
}

resource "aws_vpc" "main" {
  cidr_block                       = "10.0.0.0/16"
  enable_dns_hostnames             = true
  assign_generated_ipv6_cidr_block = true
}

resource "aws_vpc_ipv6_cidr_block_association" "further" {
  vpc_id                           = aws_vpc.main.id
  assign_generated_ipv6_cidr_block = true
}

resource "aws_subnet" "a" {
  vpc_id                          = aws_vpc.main.id
  cidr_block                      = "10.0.1.0/24"
  availability_zone               = "us-east-1a"
  ipv6_cidr_block                 = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, 1)
  assign_ipv6_address_on_creation = true
  enable_dns64                    = var.second
}

# Of the VPC's further block.
resource "aws_subnet" "b" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.2.0/24"
  availability_zone = "us-east-1b"
  ipv6_cidr_block   = cidrsubnet(aws_vpc_ipv6_cidr_block_association.further.ipv6_cidr_block, 8, 1)
}

resource "aws_subnet" "only" {
  vpc_id                                         = aws_vpc.main.id
  availability_zone                              = "us-east-1a"
  ipv6_native                                    = true
  ipv6_cidr_block                                = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, 3)
  assign_ipv6_address_on_creation                = true
  private_dns_hostname_type_on_launch            = "resource-name"
  enable_resource_name_dns_aaaa_record_on_launch = true
  enable_dns64                                   = var.second
}

resource "aws_network_interface" "only" {
  subnet_id = aws_subnet.only.id
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_egress_only_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
  tags   = { Name = var.second ? "second" : "first" }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    ipv6_cidr_block = "::/0"
    gateway_id      = aws_internet_gateway.main.id
  }
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route" "out" {
  route_table_id              = aws_route_table.private.id
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = var.second ? null : aws_egress_only_internet_gateway.main.id
  gateway_id                  = var.second ? aws_internet_gateway.main.id : null
}

resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.public.id
}

resource "aws_network_acl" "main" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.b.id]
  ingress {
    rule_no         = 100
    protocol        = "tcp"
    action          = "allow"
    from_port       = 443
    to_port         = var.second ? 444 : 443
    ipv6_cidr_block = "::/0"
  }
  egress {
    rule_no         = 100
    protocol        = "58"
    action          = "allow"
    from_port       = 0
    to_port         = 0
    icmp_type       = -1
    icmp_code       = -1
    ipv6_cidr_block = "::/0"
  }
}

resource "aws_security_group" "main" {
  name   = "main"
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "web" {
  security_group_id = aws_security_group.main.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv6         = var.second ? "2001:db8::/32" : "::/0"
}

resource "aws_vpc_security_group_ingress_rule" "ping" {
  security_group_id = aws_security_group.main.id
  ip_protocol       = "icmpv6"
  from_port         = 128
  to_port           = -1
  cidr_ipv6         = "::/0"
}

resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.main.id
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

resource "aws_network_interface" "counted" {
  subnet_id          = aws_subnet.b.id
  ipv6_address_count = var.second ? 3 : 1
}

resource "aws_network_interface" "named" {
  subnet_id      = aws_subnet.b.id
  ipv6_addresses = [cidrhost(aws_subnet.b.ipv6_cidr_block, var.second ? 78 : 77)]
}

data "aws_ami" "amazon_linux" {
  most_recent = true
  owners      = ["amazon"]
  filter {
    name   = "name"
    values = ["amzn2-ami-hvm-*-gp2"]
  }
}

locals {
  type = data.aws_ami.amazon_linux.architecture == "arm64" ? "t4g.small" : "t3.small"
}

resource "aws_instance" "counted" {
  ami                = data.aws_ami.amazon_linux.id
  instance_type      = local.type
  subnet_id          = aws_subnet.b.id
  ipv6_address_count = 1
}

# Its subnet gives it an address.
resource "aws_instance" "assigned" {
  ami           = data.aws_ami.amazon_linux.id
  instance_type = local.type
  subnet_id     = aws_subnet.a.id
}

resource "aws_vpc_endpoint" "ssm" {
  vpc_id            = aws_vpc.main.id
  service_name      = "com.amazonaws.us-east-1.ssm"
  vpc_endpoint_type = "Interface"
  subnet_ids        = [aws_subnet.a.id, aws_subnet.b.id]
  ip_address_type   = "dualstack"
  dns_options {
    dns_record_ip_type = var.second ? "ipv6" : "dualstack"
  }
}

# This one gets its block by the change.
resource "aws_vpc" "later" {
  cidr_block                       = "10.1.0.0/16"
  assign_generated_ipv6_cidr_block = var.second
}

resource "aws_subnet" "later" {
  vpc_id                          = aws_vpc.later.id
  cidr_block                      = "10.1.1.0/24"
  ipv6_cidr_block                 = var.second ? cidrsubnet(aws_vpc.later.ipv6_cidr_block, 8, 1) : null
  assign_ipv6_address_on_creation = var.second
}

output "blocks_differ" {
  value = aws_vpc.main.ipv6_cidr_block != aws_vpc_ipv6_cidr_block_association.further.ipv6_cidr_block
}

output "instance_addresses" {
  value = [length(aws_instance.counted.ipv6_addresses), length(aws_instance.assigned.ipv6_addresses)]
}

output "interface_addresses" {
  value = length(aws_network_interface.counted.ipv6_addresses)
}

output "endpoint_addresses" {
  value = length([for one in aws_vpc_endpoint.ssm.subnet_configuration : one.ipv6 if one.ipv6 != ""])
}
