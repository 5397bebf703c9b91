# A network as people write it: three zones with public, private and database subnets, a NAT gateway in each zone, the
# defaults closed, all endpoints that an account without the internet needs, flow logs, DHCP options and a peered VPC. Sets
# and maps make the resources, as in the modules that everybody uses. `stage` adds a block and changes one endpoint's policy.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
  default_tags {
    tags = { Terraform = "true" }
  }
}

variable "stage" {
  type    = string
  default = "first"
}

data "aws_availability_zones" "available" {
  state = "available"
}

locals {
  name  = "large"
  block = "10.0.0.0/16"
  zones = slice(data.aws_availability_zones.available.names, 0, 3)

  more_blocks = var.stage == "first" ? [] : ["10.1.0.0/16"]

  tiers = {
    public   = { offset = 0, is_public = true }
    private  = { offset = 3, is_public = false }
    database = { offset = 6, is_public = false }
  }
  subnets = merge([
    for tier, about in local.tiers : {
      for index, zone in local.zones : "${tier}-${zone}" => merge(about, {
        tier = tier
        zone = zone
        cidr = cidrsubnet(local.block, 8, about.offset + index)
      })
    }
  ]...)

  gateway_endpoints   = toset(["s3", "dynamodb"])
  interface_endpoints = toset(["ssm", "ssmmessages", "ec2messages", "logs", "ecr.api", "ecr.dkr", "kms", "sts", "secretsmanager", "ec2", "sns", "sqs", "monitoring"])
}

resource "aws_vpc" "this" {
  cidr_block           = local.block
  enable_dns_hostnames = true
  enable_dns_support   = true
  tags                 = { Name = local.name }
}

resource "aws_vpc_ipv4_cidr_block_association" "more" {
  count      = length(local.more_blocks)
  vpc_id     = aws_vpc.this.id
  cidr_block = element(local.more_blocks, count.index)
}

resource "aws_subnet" "this" {
  for_each                = local.subnets
  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.value.zone
  cidr_block              = each.value.cidr
  map_public_ip_on_launch = each.value.is_public
  tags                    = { Name = "${local.name}-${each.key}", Tier = each.value.tier }
}

resource "aws_vpc_dhcp_options" "this" {
  domain_name         = "large.internal"
  domain_name_servers = ["AmazonProvidedDNS"]
  tags                = { Name = local.name }
}

resource "aws_vpc_dhcp_options_association" "this" {
  vpc_id          = aws_vpc.this.id
  dhcp_options_id = aws_vpc_dhcp_options.this.id
}

# The way out

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = local.name }
}

resource "aws_eip" "nat" {
  count      = length(local.zones)
  domain     = "vpc"
  tags       = { Name = "${local.name}-${element(local.zones, count.index)}" }
  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  count         = length(local.zones)
  allocation_id = element(aws_eip.nat[*].id, count.index)
  subnet_id     = aws_subnet.this["public-${local.zones[count.index]}"].id
  tags          = { Name = "${local.name}-${element(local.zones, count.index)}" }
  depends_on    = [aws_internet_gateway.this]
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${local.name}-public" }
}

resource "aws_route" "public" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
  timeouts {
    create = "5m"
  }
}

resource "aws_route_table" "private" {
  count  = length(local.zones)
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${local.name}-private-${local.zones[count.index]}" }
}

resource "aws_route" "private" {
  count                  = length(local.zones)
  route_table_id         = aws_route_table.private[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[count.index].id
  timeouts {
    create = "5m"
  }
}

resource "aws_route_table" "database" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${local.name}-database" }
}

resource "aws_route_table_association" "this" {
  for_each  = local.subnets
  subnet_id = aws_subnet.this[each.key].id
  route_table_id = lookup({
    public   = aws_route_table.public.id
    database = aws_route_table.database.id
  }, each.value.tier, aws_route_table.private[index(local.zones, each.value.zone)].id)
}

# What a VPC brings with it lets nothing in

resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${local.name}-default" }
}

resource "aws_default_network_acl" "this" {
  default_network_acl_id = aws_vpc.this.default_network_acl_id
  subnet_ids             = null

  dynamic "ingress" {
    for_each = { 100 = "0.0.0.0/0" }
    content {
      rule_no    = ingress.key
      action     = "allow"
      protocol   = "-1"
      from_port  = 0
      to_port    = 0
      cidr_block = ingress.value
    }
  }
  dynamic "egress" {
    for_each = { 100 = "0.0.0.0/0" }
    content {
      rule_no    = egress.key
      action     = "allow"
      protocol   = "-1"
      from_port  = 0
      to_port    = 0
      cidr_block = egress.value
    }
  }
  tags = { Name = "${local.name}-default" }
  lifecycle {
    ignore_changes = [subnet_ids]
  }
}

resource "aws_default_route_table" "this" {
  default_route_table_id = aws_vpc.this.default_route_table_id
  route                  = []
  tags                   = { Name = "${local.name}-default" }
}

resource "aws_network_acl" "database" {
  vpc_id     = aws_vpc.this.id
  subnet_ids = [for key, about in local.subnets : aws_subnet.this[key].id if about.tier == "database"]
  tags       = { Name = "${local.name}-database" }
}

resource "aws_network_acl_rule" "database" {
  for_each = {
    postgres = { egress = false, number = 100, from = 5432, to = 5432 }
    answers  = { egress = true, number = 100, from = 1024, to = 65535 }
  }
  network_acl_id = aws_network_acl.database.id
  egress         = each.value.egress
  rule_number    = each.value.number
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = each.value.from
  to_port        = each.value.to
  cidr_block     = local.block
}
