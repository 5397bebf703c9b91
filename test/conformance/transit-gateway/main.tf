# A hub with two tables: two spokes that reach the shared VPC and not each other, a VPC of another account, and blackholes.

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

variable "appliance" {
  type    = string
  default = "disable"
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

resource "aws_ec2_transit_gateway" "hub" {
  description                     = var.description
  amazon_side_asn                 = 64513
  default_route_table_association = "disable"
  default_route_table_propagation = "disable"
  transit_gateway_cidr_blocks     = ["10.99.0.0/24"]

  tags = { Name = "hub", Round = var.description }
}

resource "aws_ec2_transit_gateway" "plain" {}

locals {
  vpcs = { spoke1 = "10.1.0.0/16", spoke2 = "10.2.0.0/16", shared = "10.3.0.0/16" }
}

resource "aws_vpc" "own" {
  for_each   = local.vpcs
  cidr_block = each.value
}

resource "aws_subnet" "a" {
  for_each          = local.vpcs
  vpc_id            = aws_vpc.own[each.key].id
  cidr_block        = cidrsubnet(each.value, 8, 1)
  availability_zone = "us-east-1a"
}

resource "aws_subnet" "b" {
  for_each          = local.vpcs
  vpc_id            = aws_vpc.own[each.key].id
  cidr_block        = cidrsubnet(each.value, 8, 2)
  availability_zone = "us-east-1b"
}

resource "aws_ec2_transit_gateway_vpc_attachment" "own" {
  for_each               = local.vpcs
  transit_gateway_id     = aws_ec2_transit_gateway.hub.id
  vpc_id                 = aws_vpc.own[each.key].id
  subnet_ids             = var.description == "first" ? [aws_subnet.a[each.key].id] : [aws_subnet.a[each.key].id, aws_subnet.b[each.key].id]
  appliance_mode_support = var.appliance

  transit_gateway_default_route_table_association = false
  transit_gateway_default_route_table_propagation = false

  tags = { Name = each.key, Round = var.description }
}

# By the defaults of the gateway.
resource "aws_ec2_transit_gateway_vpc_attachment" "plain" {
  transit_gateway_id = aws_ec2_transit_gateway.plain.id
  vpc_id             = aws_vpc.own["shared"].id
  subnet_ids         = [aws_subnet.a["shared"].id]
}

resource "aws_ec2_transit_gateway_route_table" "spokes" {
  transit_gateway_id = aws_ec2_transit_gateway.hub.id
  tags               = { Name = "spokes" }
}

resource "aws_ec2_transit_gateway_route_table" "shared" {
  transit_gateway_id = aws_ec2_transit_gateway.hub.id
}

resource "aws_ec2_transit_gateway_route_table_association" "own" {
  for_each                       = local.vpcs
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.own[each.key].id
  transit_gateway_route_table_id = each.key == "shared" ? aws_ec2_transit_gateway_route_table.shared.id : aws_ec2_transit_gateway_route_table.spokes.id
}

resource "aws_ec2_transit_gateway_route_table_propagation" "own" {
  for_each                       = local.vpcs
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.own[each.key].id
  transit_gateway_route_table_id = each.key == "shared" ? aws_ec2_transit_gateway_route_table.spokes.id : aws_ec2_transit_gateway_route_table.shared.id
}

resource "aws_ec2_transit_gateway_route" "default" {
  destination_cidr_block         = "0.0.0.0/0"
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.own["shared"].id
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.spokes.id
}

resource "aws_ec2_transit_gateway_route" "hole" {
  destination_cidr_block         = "10.0.0.0/8"
  blackhole                      = true
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.spokes.id
}

resource "aws_route" "out" {
  for_each               = local.vpcs
  route_table_id         = aws_vpc.own[each.key].default_route_table_id
  destination_cidr_block = "10.0.0.0/8"
  transit_gateway_id     = aws_ec2_transit_gateway.hub.id
  depends_on             = [aws_ec2_transit_gateway_vpc_attachment.own]
}

# Another account's VPC, by a share, accepted here.
resource "aws_ram_resource_share" "hub" {
  name                      = "hub"
  allow_external_principals = true
}

resource "aws_ram_resource_association" "hub" {
  resource_arn       = aws_ec2_transit_gateway.hub.arn
  resource_share_arn = aws_ram_resource_share.hub.arn
}

resource "aws_ram_principal_association" "other" {
  principal          = data.aws_caller_identity.other.account_id
  resource_share_arn = aws_ram_resource_share.hub.arn
}

resource "aws_ram_resource_share_accepter" "other" {
  provider   = aws.other
  share_arn  = aws_ram_principal_association.other.resource_share_arn
  depends_on = [aws_ram_resource_association.hub]
}

resource "aws_vpc" "theirs" {
  provider   = aws.other
  cidr_block = "10.4.0.0/16"
}

resource "aws_subnet" "theirs" {
  provider   = aws.other
  vpc_id     = aws_vpc.theirs.id
  cidr_block = "10.4.1.0/24"
}

resource "aws_ec2_transit_gateway_vpc_attachment" "theirs" {
  provider           = aws.other
  transit_gateway_id = aws_ec2_transit_gateway.hub.id
  vpc_id             = aws_vpc.theirs.id
  subnet_ids         = [aws_subnet.theirs.id]
  tags               = { Side = "theirs" }
  depends_on         = [aws_ram_resource_share_accepter.other]
}

resource "aws_ec2_transit_gateway_vpc_attachment_accepter" "theirs" {
  transit_gateway_attachment_id                   = aws_ec2_transit_gateway_vpc_attachment.theirs.id
  transit_gateway_default_route_table_association = false
  transit_gateway_default_route_table_propagation = false
}

# A gateway of another region, by peering and static routes.
resource "aws_ec2_transit_gateway" "ireland" {
  provider = aws.ireland
}

resource "aws_ec2_transit_gateway_peering_attachment" "ireland" {
  transit_gateway_id      = aws_ec2_transit_gateway.plain.id
  peer_transit_gateway_id = aws_ec2_transit_gateway.ireland.id
  peer_region             = "eu-west-1"
  tags                    = { Name = "to ireland", Round = var.description }
}

resource "aws_ec2_transit_gateway_peering_attachment_accepter" "ireland" {
  provider                      = aws.ireland
  transit_gateway_attachment_id = aws_ec2_transit_gateway_peering_attachment.ireland.id
  tags                          = { Name = "from virginia", Round = var.description }
}

resource "aws_ec2_transit_gateway_route" "ireland" {
  destination_cidr_block         = "10.5.0.0/16"
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_peering_attachment_accepter.ireland.id
  transit_gateway_route_table_id = aws_ec2_transit_gateway.plain.association_default_route_table_id
}

resource "aws_ec2_transit_gateway_route" "virginia" {
  provider                       = aws.ireland
  destination_cidr_block         = "10.3.0.0/16"
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_peering_attachment_accepter.ireland.id
  transit_gateway_route_table_id = aws_ec2_transit_gateway.ireland.association_default_route_table_id
}

resource "aws_ec2_managed_prefix_list" "elsewhere" {
  name           = "elsewhere"
  address_family = "IPv4"
  max_entries    = 5

  entry {
    cidr = var.description == "first" ? "10.6.0.0/16" : "10.7.0.0/16"
  }
}

resource "aws_ec2_transit_gateway_prefix_list_reference" "elsewhere" {
  prefix_list_id                 = aws_ec2_managed_prefix_list.elsewhere.id
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.own["shared"].id
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.spokes.id
}

data "aws_ec2_transit_gateway_peering_attachment" "ireland" {
  filter {
    name   = "remote-owner-id"
    values = [aws_ec2_transit_gateway.ireland.owner_id]
  }
  depends_on = [aws_ec2_transit_gateway_peering_attachment_accepter.ireland]
}

output "peer" {
  value = data.aws_ec2_transit_gateway_peering_attachment.ireland.peer_transit_gateway_id == aws_ec2_transit_gateway.ireland.id
}

data "aws_ec2_transit_gateway" "hub" {
  filter {
    name   = "options.amazon-side-asn"
    values = ["64513"]
  }
  depends_on = [aws_ec2_transit_gateway.hub, aws_ec2_transit_gateway_route.hole]
}

data "aws_ec2_transit_gateway_vpc_attachment" "spoke" {
  filter {
    name   = "vpc-id"
    values = [aws_vpc.own["spoke1"].id]
  }
  depends_on = [aws_ec2_transit_gateway_vpc_attachment.own]
}

data "aws_ec2_transit_gateway_route_table_associations" "spokes" {
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.spokes.id
  depends_on                     = [aws_ec2_transit_gateway_route_table_association.own]
}

data "aws_ec2_transit_gateway_attachments" "all" {
  filter {
    name   = "transit-gateway-id"
    values = [aws_ec2_transit_gateway.hub.id]
  }
  depends_on = [aws_ec2_transit_gateway_vpc_attachment.own, aws_ec2_transit_gateway_vpc_attachment_accepter.theirs]
}

output "hub" {
  value = data.aws_ec2_transit_gateway.hub.id == aws_ec2_transit_gateway.hub.id
}

output "spoke_subnets" {
  value = length(data.aws_ec2_transit_gateway_vpc_attachment.spoke.subnet_ids)
}

output "associated" {
  value = length(data.aws_ec2_transit_gateway_route_table_associations.spokes.ids)
}

output "attachments" {
  value = length(data.aws_ec2_transit_gateway_attachments.all.ids)
}
