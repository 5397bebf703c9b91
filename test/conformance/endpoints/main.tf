# Interface endpoints in the ways people write them, beside a gateway endpoint. No Postern in here: a plain AWS
# configuration.

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

variable "second" {
  type    = bool
  default = false
}

# Address plan: VPC 10.30.0.0/16 with 10.30.1.0/24, 10.30.2.0/24 and 10.30.3.0/24 in three zones.

resource "aws_vpc" "main" {
  cidr_block           = "10.30.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "zone" {
  for_each          = { a = "10.30.1.0/24", b = "10.30.2.0/24", c = "10.30.3.0/24" }
  vpc_id            = aws_vpc.main.id
  cidr_block        = each.value
  availability_zone = "us-east-1${each.key}"
}

resource "aws_security_group" "https" {
  name   = "https"
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = [aws_vpc.main.cidr_block]
  }
}

resource "aws_security_group" "more" {
  name   = "more"
  vpc_id = aws_vpc.main.id
}

# Chosen addresses, groups, a policy and private names.
resource "aws_vpc_endpoint" "ssm" {
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.us-east-1.ssm"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  security_group_ids  = var.second ? [aws_security_group.https.id, aws_security_group.more.id] : [aws_security_group.https.id]
  subnet_ids          = [aws_subnet.zone["a"].id, aws_subnet.zone[var.second ? "c" : "b"].id]
  subnet_configuration {
    subnet_id = aws_subnet.zone["a"].id
    ipv4      = var.second ? "10.30.1.21" : "10.30.1.20"
  }
  subnet_configuration {
    subnet_id = aws_subnet.zone[var.second ? "c" : "b"].id
    ipv4      = var.second ? "10.30.3.20" : "10.30.2.20"
  }
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = var.second ? "ssm:Get*" : "ssm:*"
      Resource  = "*"
    }]
  })
  tags = { Name = var.second ? "second" : "first" }
}

# Everything by a resource of its own.
resource "aws_vpc_endpoint" "logs" {
  vpc_id            = aws_vpc.main.id
  service_name      = data.aws_vpc_endpoint_service.logs.service_name
  vpc_endpoint_type = "Interface"
}

resource "aws_vpc_endpoint_subnet_association" "logs" {
  vpc_endpoint_id = aws_vpc_endpoint.logs.id
  subnet_id       = aws_subnet.zone["a"].id
}

resource "aws_vpc_endpoint_security_group_association" "logs" {
  vpc_endpoint_id             = aws_vpc_endpoint.logs.id
  security_group_id           = aws_security_group.https.id
  replace_default_association = true
}

resource "aws_vpc_endpoint_private_dns" "logs" {
  vpc_endpoint_id     = aws_vpc_endpoint.logs.id
  private_dns_enabled = true
}

resource "aws_vpc_endpoint_policy" "logs" {
  vpc_endpoint_id = aws_vpc_endpoint.logs.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "logs:*", Resource = "*" }]
  })
}

# Private names that are turned off and on.
resource "aws_vpc_endpoint" "sts" {
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.us-east-1.sts"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.zone["b"].id]
  private_dns_enabled = var.second
  ip_address_type     = "ipv4"
}

# S3 both ways: inside the VPC its names stay with the gateway endpoint.
resource "aws_vpc_endpoint" "s3_gateway" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.us-east-1.s3"
  route_table_ids = [aws_vpc.main.main_route_table_id]
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id              = aws_vpc.main.id
  service_name        = data.aws_vpc_endpoint_service.s3.service_name
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.zone["a"].id]
  private_dns_enabled = true
  dns_options {
    dns_record_ip_type                             = "ipv4"
    private_dns_only_for_inbound_resolver_endpoint = !var.second
  }
  depends_on = [aws_vpc_endpoint.s3_gateway]
}

data "aws_vpc_endpoint_service" "logs" {
  service = "logs"
}

data "aws_vpc_endpoint_service" "s3" {
  service      = "s3"
  service_type = "Interface"
}

data "aws_vpc_endpoint" "ssm" {
  vpc_id       = aws_vpc.main.id
  service_name = aws_vpc_endpoint.ssm.service_name
  state        = "available"
  depends_on   = [aws_vpc_endpoint.ssm]
}

data "aws_network_interface" "ssm" {
  for_each   = toset(["a"])
  depends_on = [aws_vpc_endpoint.ssm]
  filter {
    name   = "description"
    values = ["VPC Endpoint Interface ${aws_vpc_endpoint.ssm.id}"]
  }
  filter {
    name   = "subnet-id"
    values = [aws_subnet.zone[each.key].id]
  }
}

output "ssm_names" {
  value = [for entry in data.aws_vpc_endpoint.ssm.dns_entry : replace(replace(entry.dns_name, aws_vpc_endpoint.ssm.id, "vpce"), "/^vpce-[a-z0-9]{8}/", "vpce-hash")]
}

output "ssm_address" {
  value = data.aws_network_interface.ssm["a"].private_ip
}

output "ssm_interface_type" {
  value = data.aws_network_interface.ssm["a"].interface_type
}

output "ssm_interfaces" {
  value = length(aws_vpc_endpoint.ssm.network_interface_ids)
}

output "logs_zones" {
  value = length(data.aws_vpc_endpoint_service.logs.availability_zones)
}

output "logs_private_name" {
  value = data.aws_vpc_endpoint_service.logs.private_dns_name
}

output "s3_private_only_for_inbound" {
  value = aws_vpc_endpoint.s3.dns_options[0].private_dns_only_for_inbound_resolver_endpoint
}
