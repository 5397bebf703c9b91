# Endpoint services: one with a private name that two accounts use, and one of appliances, to which a route leads. Load
# balancers, VPCs and the record that proves the name are made elsewhere: Terraform would wait for them for two minutes.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "network_load_balancer_arns" {
  type = list(string)
}

variable "gateway_load_balancer_arn" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "subnet_id" {
  type = string
}

variable "consumer_vpc_id" {
  type = string
}

variable "consumer_subnet_id" {
  type = string
}

# The second time: the name is proved, and something of everything changes.
variable "changed" {
  type    = bool
  default = false
}

# The provider of the services.
provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}

provider "aws" {
  alias                       = "consumer"
  region                      = "us-east-1"
  access_key                  = "999999999999"
  secret_key                  = "unused"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}

data "aws_caller_identity" "consumer" {
  provider = aws.consumer
}

# --- a service with a private name -------------------------------------------------------------------------------

resource "aws_vpc_endpoint_service" "orders" {
  acceptance_required        = true
  network_load_balancer_arns = slice(var.network_load_balancer_arns, 0, var.changed ? 2 : 1)
  private_dns_name           = "orders.example.com"
  supported_ip_address_types = var.changed ? ["ipv4", "ipv6"] : ["ipv4"]
  supported_regions          = var.changed ? ["us-east-1", "eu-west-1"] : ["us-east-1"]
  tags                       = { Name = var.changed ? "orders-2" : "orders" }
}

resource "aws_vpc_endpoint_service_allowed_principal" "consumer" {
  vpc_endpoint_service_id = aws_vpc_endpoint_service.orders.id
  principal_arn           = "arn:aws:iam::${data.aws_caller_identity.consumer.account_id}:root"
}

resource "aws_vpc_endpoint_service_private_dns_verification" "orders" {
  count                 = var.changed ? 1 : 0
  service_id            = aws_vpc_endpoint_service.orders.id
  wait_for_verification = true
}

resource "aws_sns_topic" "connections" {
  name = "connections"
}

resource "aws_sns_topic_policy" "connections" {
  arn = aws_sns_topic.connections.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "vpce.amazonaws.com" }
      Action    = "SNS:Publish"
      Resource  = aws_sns_topic.connections.arn
      Condition = { ArnLike = { "aws:SourceArn" = aws_vpc_endpoint_service.orders.arn } }
    }]
  })
}

resource "aws_vpc_endpoint_connection_notification" "orders" {
  vpc_endpoint_service_id     = aws_vpc_endpoint_service.orders.id
  connection_notification_arn = aws_sns_topic.connections.arn
  connection_events           = var.changed ? ["Connect"] : ["Accept", "Reject"]
  depends_on                  = [aws_sns_topic_policy.connections]
}

# --- its consumers -----------------------------------------------------------------------------------------------

data "aws_vpc_endpoint_service" "orders" {
  provider     = aws.consumer
  service_name = aws_vpc_endpoint_service.orders.service_name
  depends_on   = [aws_vpc_endpoint_service_allowed_principal.consumer]
}

resource "aws_vpc_endpoint" "orders" {
  provider          = aws.consumer
  vpc_id            = var.consumer_vpc_id
  service_name      = data.aws_vpc_endpoint_service.orders.service_name
  vpc_endpoint_type = "Interface"
  ip_address_type   = var.changed ? "dualstack" : "ipv4"
  subnet_ids        = [var.consumer_subnet_id]
  tags              = { Name = "orders" }

  dns_options {
    dns_record_ip_type = var.changed ? "ipv6" : "ipv4"
  }
}

resource "aws_vpc_endpoint_connection_accepter" "orders" {
  vpc_endpoint_service_id = aws_vpc_endpoint_service.orders.id
  vpc_endpoint_id         = aws_vpc_endpoint.orders.id
}

resource "aws_vpc_endpoint_private_dns" "orders" {
  count               = var.changed ? 1 : 0
  provider            = aws.consumer
  vpc_endpoint_id     = aws_vpc_endpoint.orders.id
  private_dns_enabled = true
  depends_on = [
    aws_vpc_endpoint_connection_accepter.orders,
    aws_vpc_endpoint_service_private_dns_verification.orders,
  ]
}

resource "aws_vpc_endpoint" "own" {
  vpc_id            = var.vpc_id
  service_name      = aws_vpc_endpoint_service.orders.service_name
  vpc_endpoint_type = "Interface"
  subnet_ids        = [var.subnet_id]
  auto_accept       = true
}

# --- a service of appliances -------------------------------------------------------------------------------------

resource "aws_vpc_endpoint_service" "inspection" {
  acceptance_required        = false
  gateway_load_balancer_arns = [var.gateway_load_balancer_arn]
}

resource "aws_vpc_endpoint" "inspection" {
  vpc_id            = var.vpc_id
  service_name      = aws_vpc_endpoint_service.inspection.service_name
  vpc_endpoint_type = aws_vpc_endpoint_service.inspection.service_type
  subnet_ids        = [var.subnet_id]
}

resource "aws_route_table" "inspected" {
  vpc_id = var.vpc_id
}

resource "aws_route" "inspected" {
  route_table_id         = aws_route_table.inspected.id
  destination_cidr_block = "0.0.0.0/0"
  vpc_endpoint_id        = aws_vpc_endpoint.inspection.id
}

output "orders" {
  value = {
    type       = aws_vpc_endpoint_service.orders.service_type
    zones      = aws_vpc_endpoint_service.orders.availability_zones
    state      = aws_vpc_endpoint_connection_accepter.orders.vpc_endpoint_state
    own_state  = aws_vpc_endpoint.own.state
    acceptance = data.aws_vpc_endpoint_service.orders.acceptance_required
    owner      = data.aws_vpc_endpoint_service.orders.owner
    notified   = aws_vpc_endpoint_connection_notification.orders.state
  }
}

output "proof" {
  value = {
    type  = aws_vpc_endpoint_service.orders.private_dns_name_configuration[0].type
    name  = aws_vpc_endpoint_service.orders.private_dns_name_configuration[0].name
    value = aws_vpc_endpoint_service.orders.private_dns_name_configuration[0].value
  }
}

output "inspection_type" {
  value = aws_vpc_endpoint_service.inspection.service_type
}
