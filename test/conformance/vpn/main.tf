# A VPC behind a virtual private gateway: a VPN connection with static routes and one with BGP, a Direct Connect gateway,
# and virtual interfaces.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "branches" {
  type    = list(string)
  default = ["192.168.10.0/24"]
}

variable "description" {
  type    = string
  default = "first"
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_vpn_gateway" "main" {
  amazon_side_asn = 64520
  tags            = { Name = var.description }
}

resource "aws_vpn_gateway_attachment" "main" {
  vpc_id         = aws_vpc.main.id
  vpn_gateway_id = aws_vpn_gateway.main.id
}

resource "aws_route_table" "main" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "172.16.0.0/12"
    gateway_id = aws_vpn_gateway.main.id
  }
  depends_on = [aws_vpn_gateway_attachment.main]
}

resource "aws_route_table_association" "main" {
  subnet_id      = aws_subnet.main.id
  route_table_id = aws_route_table.main.id
}

resource "aws_vpn_gateway_route_propagation" "main" {
  route_table_id = aws_vpc.main.main_route_table_id
  vpn_gateway_id = aws_vpn_gateway_attachment.main.vpn_gateway_id
}

resource "aws_customer_gateway" "main" {
  bgp_asn    = 65010
  ip_address = "198.51.100.7"
  type       = "ipsec.1"
  tags       = { Name = var.description }
}

resource "aws_customer_gateway" "other" {
  bgp_asn     = 65011
  ip_address  = "198.51.100.8"
  type        = "ipsec.1"
  device_name = "branch"
}

resource "aws_vpn_connection" "static" {
  customer_gateway_id   = aws_customer_gateway.main.id
  vpn_gateway_id        = aws_vpn_gateway.main.id
  type                  = "ipsec.1"
  static_routes_only    = true
  tunnel1_inside_cidr   = "169.254.20.0/30"
  tunnel1_preshared_key = "a_key_of_our_own"
  tunnel1_ike_versions  = ["ikev2"]
  tags                  = { Name = var.description }
}

resource "aws_vpn_connection_route" "static" {
  for_each               = toset(var.branches)
  destination_cidr_block = each.value
  vpn_connection_id      = aws_vpn_connection.static.id
}

resource "aws_vpn_connection" "dynamic" {
  customer_gateway_id = aws_customer_gateway.other.id
  vpn_gateway_id      = aws_vpn_gateway.main.id
  type                = "ipsec.1"
}

resource "aws_dx_gateway" "main" {
  name            = "vpn-test-${var.description}"
  amazon_side_asn = 64530
}

resource "aws_dx_gateway_association" "main" {
  dx_gateway_id         = aws_dx_gateway.main.id
  associated_gateway_id = aws_vpn_gateway.main.id
  allowed_prefixes      = var.description == "first" ? ["10.0.0.0/16"] : ["10.0.0.0/16", "10.1.0.0/16"]
  depends_on            = [aws_vpn_gateway_attachment.main]
}

# Virtual interfaces, one's own and hosted ones that another account accepts.
provider "aws" {
  alias                       = "other"
  region                      = "us-east-1"
  access_key                  = "222222222222"
  secret_key                  = "unused"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}

resource "aws_dx_connection" "main" {
  name      = "cable"
  bandwidth = "1Gbps"
  location  = "EqDC2"
  tags      = { Name = var.description }
}

resource "aws_dx_private_virtual_interface" "main" {
  connection_id  = aws_dx_connection.main.id
  name           = "private"
  vlan           = 100
  address_family = "ipv4"
  bgp_asn        = 65010
  mtu            = var.description == "first" ? 1500 : 9001
  vpn_gateway_id = aws_vpn_gateway.main.id
  tags           = { Name = var.description }
}

resource "aws_dx_gateway" "transit" {
  name            = "transit"
  amazon_side_asn = 64531
}

resource "aws_dx_transit_virtual_interface" "main" {
  connection_id    = aws_dx_connection.main.id
  dx_gateway_id    = aws_dx_gateway.transit.id
  name             = "transit"
  vlan             = 101
  address_family   = "ipv4"
  amazon_address   = "169.254.9.1/30"
  customer_address = "169.254.9.2/30"
  bgp_asn          = 65010
}

resource "aws_dx_hosted_private_virtual_interface" "main" {
  connection_id    = aws_dx_connection.main.id
  owner_account_id = "222222222222"
  name             = "hosted"
  vlan             = 102
  address_family   = "ipv4"
  bgp_asn          = 65012
  # It must go before the gateway, which nothing but its accepter names.
  depends_on = [aws_dx_gateway.other]
}

resource "aws_dx_gateway" "other" {
  provider        = aws.other
  name            = "other"
  amazon_side_asn = 64532
}

resource "aws_dx_hosted_private_virtual_interface_accepter" "main" {
  provider             = aws.other
  virtual_interface_id = aws_dx_hosted_private_virtual_interface.main.id
  dx_gateway_id        = aws_dx_gateway.other.id
  tags                 = { Name = var.description }
}

data "aws_vpn_gateway" "main" {
  attached_vpc_id = aws_vpc.main.id
  depends_on      = [aws_vpn_gateway_attachment.main]
}

data "aws_customer_gateway" "other" {
  id = aws_customer_gateway.other.id
}

data "aws_dx_gateway" "main" {
  name = aws_dx_gateway.main.name
}

output "gateway" {
  value = data.aws_vpn_gateway.main.amazon_side_asn
}

output "device" {
  value = data.aws_customer_gateway.other.device_name
}

output "same_gateway" {
  value = data.aws_dx_gateway.main.id == aws_dx_gateway.main.id
}

output "tunnel" {
  value = [
    aws_vpn_connection.static.tunnel1_cgw_inside_address,
    aws_vpn_connection.static.tunnel1_vgw_inside_address,
    aws_vpn_connection.dynamic.tunnel1_bgp_asn,
  ]
}

output "key" {
  value     = aws_vpn_connection.static.tunnel1_preshared_key
  sensitive = true
}

output "associated_type" {
  value = aws_dx_gateway_association.main.associated_gateway_type
}

output "jumbo" {
  value = aws_dx_private_virtual_interface.main.mtu
}

output "amazon_side" {
  value = [
    aws_dx_private_virtual_interface.main.amazon_side_asn,
    aws_dx_private_virtual_interface.main.amazon_address,
    aws_dx_transit_virtual_interface.main.amazon_side_asn,
  ]
}
