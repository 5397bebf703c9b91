# Peering within an account, with another account and with another Region.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "description" {
  type    = string
  default = "first"
}

provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias                       = "other"
  region                      = "us-east-1"
  access_key                  = "222222222222"
  secret_key                  = "unused"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}

provider "aws" {
  alias  = "ireland"
  region = "eu-west-1"
}

data "aws_caller_identity" "other" {
  provider = aws.other
}

resource "aws_vpc" "a" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_vpc" "b" {
  cidr_block           = "10.1.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_vpc" "theirs" {
  provider   = aws.other
  cidr_block = "10.2.0.0/16"
}

resource "aws_vpc" "ireland" {
  provider   = aws.ireland
  cidr_block = "10.3.0.0/16"
}

# Within the account, accepted at once.
resource "aws_vpc_peering_connection" "own" {
  vpc_id      = aws_vpc.a.id
  peer_vpc_id = aws_vpc.b.id
  auto_accept = true

  accepter {
    allow_remote_vpc_dns_resolution = true
  }
  requester {
    allow_remote_vpc_dns_resolution = var.description == "second"
  }
  tags = { Name = var.description }
}

# With another account, each side with its own options and tags.
resource "aws_vpc_peering_connection" "across" {
  vpc_id        = aws_vpc.a.id
  peer_vpc_id   = aws_vpc.theirs.id
  peer_owner_id = data.aws_caller_identity.other.account_id
  tags          = { Side = "requester" }
}

resource "aws_vpc_peering_connection_accepter" "across" {
  provider                  = aws.other
  vpc_peering_connection_id = aws_vpc_peering_connection.across.id
  auto_accept               = true
  tags                      = { Side = "accepter ${var.description}" }
}

resource "aws_vpc_peering_connection_options" "requester" {
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.across.id
  requester {
    allow_remote_vpc_dns_resolution = true
  }
}

resource "aws_vpc_peering_connection_options" "accepter" {
  provider                  = aws.other
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.across.id
  accepter {
    allow_remote_vpc_dns_resolution = var.description == "second"
  }
}

# With another Region.
resource "aws_vpc_peering_connection" "far" {
  vpc_id      = aws_vpc.a.id
  peer_vpc_id = aws_vpc.ireland.id
  peer_region = "eu-west-1"
}

resource "aws_vpc_peering_connection_accepter" "far" {
  provider                  = aws.ireland
  vpc_peering_connection_id = aws_vpc_peering_connection.far.id
  auto_accept               = true
}

resource "aws_route_table" "a" {
  vpc_id = aws_vpc.a.id
}

resource "aws_route" "own" {
  route_table_id            = aws_route_table.a.id
  destination_cidr_block    = aws_vpc.b.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.own.id
}

resource "aws_route" "far" {
  route_table_id            = aws_route_table.a.id
  destination_cidr_block    = aws_vpc.ireland.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.far.id
}

resource "aws_route_table" "theirs" {
  provider = aws.other
  vpc_id   = aws_vpc.theirs.id
  route {
    cidr_block                = aws_vpc.a.cidr_block
    vpc_peering_connection_id = aws_vpc_peering_connection_accepter.across.id
  }
}

resource "aws_security_group" "theirs" {
  provider = aws.other
  name     = "theirs"
  vpc_id   = aws_vpc.theirs.id
}

resource "aws_security_group" "ours" {
  name   = "ours"
  vpc_id = aws_vpc.a.id
}

resource "aws_vpc_security_group_ingress_rule" "from_them" {
  security_group_id            = aws_security_group.ours.id
  referenced_security_group_id = "${data.aws_caller_identity.other.account_id}/${aws_security_group.theirs.id}"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  depends_on                   = [aws_vpc_peering_connection_accepter.across]
}

data "aws_vpc_peering_connection" "own" {
  id = aws_route.own.vpc_peering_connection_id
}

data "aws_vpc_peering_connections" "active" {
  filter {
    name   = "status-code"
    values = ["active"]
  }
  depends_on = [aws_vpc_peering_connection_accepter.across, aws_vpc_peering_connection_accepter.far]
}

output "peer_block" {
  value = data.aws_vpc_peering_connection.own.peer_cidr_block
}

output "active" {
  value = length(data.aws_vpc_peering_connections.active.ids)
}

output "statuses" {
  value = [
    aws_vpc_peering_connection.own.accept_status,
    aws_vpc_peering_connection_accepter.across.accept_status,
    aws_vpc_peering_connection_accepter.far.accept_status,
  ]
}
