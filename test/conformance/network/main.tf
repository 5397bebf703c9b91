# Every network resource that Postern serves, in the ways people write them. No Postern in here: a plain AWS configuration.

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
  default_tags {
    tags = { Project = "conformance" }
  }
}

# Address plan: VPC 10.20.0.0/16 with subnets 10.20.1.0/24 and 10.20.2.0/24, and 100.64.0.0/20 added to it.

resource "aws_vpc" "main" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = "main" }
}

resource "aws_vpc_ipv4_cidr_block_association" "more" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "100.64.0.0/20"
}

resource "aws_vpc_dhcp_options" "lab" {
  domain_name         = "lab.example"
  domain_name_servers = ["AmazonProvidedDNS"]
  tags                = { Name = "lab" }
}

resource "aws_vpc_dhcp_options_association" "lab" {
  vpc_id          = aws_vpc.main.id
  dhcp_options_id = aws_vpc_dhcp_options.lab.id
}

resource "aws_subnet" "private" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.20.1.0/24"
  availability_zone = data.aws_availability_zones.all.names[0]
  tags              = { Name = "private" }
}

resource "aws_subnet" "public" {
  vpc_id                              = aws_vpc.main.id
  cidr_block                          = "10.20.2.0/24"
  availability_zone_id                = "use1-az1"
  map_public_ip_on_launch             = true
  private_dns_hostname_type_on_launch = "resource-name"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

# Inline routes in one table, separate ones in the other.
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
  route {
    ipv6_cidr_block = "::/0"
    gateway_id      = aws_internet_gateway.main.id
  }
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.main.id
  tags   = { Name = "private" }
}

resource "aws_route" "documentation" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "192.0.2.0/24"
  gateway_id             = aws_internet_gateway.main.id
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}

resource "aws_main_route_table_association" "private" {
  vpc_id         = aws_vpc.main.id
  route_table_id = aws_route_table.private.id
}

resource "aws_security_group" "inline" {
  name        = "inline"
  description = "rules in the group"
  vpc_id      = aws_vpc.main.id
  ingress {
    description = "web"
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["10.20.0.0/16", "192.0.2.0/24"]
  }
  ingress {
    protocol  = "-1"
    from_port = 0
    to_port   = 0
    self      = true
  }
  ingress {
    protocol    = "icmp"
    from_port   = 8
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    protocol         = "-1"
    from_port        = 0
    to_port          = 0
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
  egress {
    protocol        = "tcp"
    from_port       = 443
    to_port         = 443
    prefix_list_ids = [data.aws_prefix_list.s3.id]
  }
}

resource "aws_security_group" "separate" {
  name_prefix = "separate-"
  vpc_id      = aws_vpc.main.id
}

resource "aws_security_group_rule" "https" {
  security_group_id        = aws_security_group.separate.id
  type                     = "ingress"
  protocol                 = "tcp"
  from_port                = 443
  to_port                  = 443
  source_security_group_id = aws_security_group.inline.id
  description              = "from the other group"
}

resource "aws_vpc_security_group_ingress_rule" "dns" {
  security_group_id = aws_security_group.separate.id
  ip_protocol       = "udp"
  from_port         = 53
  to_port           = 53
  cidr_ipv4         = "10.20.0.0/16"
  description       = var.description
  tags              = { Name = "dns" }
}

resource "aws_vpc_security_group_ingress_rule" "peers" {
  security_group_id            = aws_security_group.separate.id
  ip_protocol                  = "-1"
  referenced_security_group_id = aws_security_group.separate.id
}

resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.separate.id
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  security_group_id = aws_security_group.separate.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
}

resource "aws_network_acl" "private" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.private.id]
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 1024
    to_port    = 65535
    cidr_block = "0.0.0.0/0"
  }
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
}

resource "aws_network_acl" "separate" {
  vpc_id = aws_vpc.main.id
}

resource "aws_network_acl_rule" "ping" {
  network_acl_id = aws_network_acl.separate.id
  rule_number    = 200
  egress         = false
  protocol       = "icmp"
  icmp_type      = 8
  icmp_code      = -1
  rule_action    = "deny"
  cidr_block     = "192.0.2.0/24"
}

# The seed's endpoint with its policy, one with the tables and the policy given apart, and one with the default policy.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.main.id
  service_name      = data.aws_vpc_endpoint_service.s3.service_name
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.private.id]
  policy            = data.aws_iam_policy_document.s3.json
  tags              = { Environment = var.description }
}

resource "aws_vpc_endpoint" "dynamodb" {
  vpc_id       = aws_vpc.main.id
  service_name = "com.amazonaws.us-east-1.dynamodb"
}

resource "aws_vpc_endpoint_route_table_association" "dynamodb" {
  for_each        = { public = aws_route_table.public.id, private = aws_route_table.private.id }
  vpc_endpoint_id = aws_vpc_endpoint.dynamodb.id
  route_table_id  = each.value
}

resource "aws_vpc_endpoint_policy" "dynamodb" {
  vpc_endpoint_id = aws_vpc_endpoint.dynamodb.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "dynamodb:GetItem", Resource = "*" }]
  })
}

resource "aws_vpc_endpoint" "s3_public" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.us-east-1.s3"
  route_table_ids = [aws_route_table.public.id]
}

resource "aws_ec2_subnet_cidr_reservation" "databases" {
  subnet_id        = aws_subnet.private.id
  cidr_block       = "10.20.1.64/27"
  reservation_type = "explicit"
  description      = "for addresses that are named"
}

# Granted at once; it stays when it is destroyed, as in AWS.
resource "aws_servicequotas_service_quota" "rules_per_group" {
  service_code = "vpc"
  quota_code   = "L-0EA8095F"
  value        = 80
}

data "aws_servicequotas_service_quota" "vpc_rules" {
  service_code = "vpc"
  quota_code   = aws_servicequotas_service_quota.rules_per_group.quota_code
}

output "rules_per_group" {
  value = [data.aws_servicequotas_service_quota.vpc_rules.value, data.aws_servicequotas_service_quota.vpc_rules.default_value]
}

# A group that is used in a second VPC as well.
resource "aws_vpc" "second" {
  cidr_block = "10.77.0.0/16"
}

resource "aws_security_group" "lent" {
  name   = "lent"
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_vpc_association" "lent" {
  security_group_id = aws_security_group.lent.id
  vpc_id            = aws_vpc.second.id
}
