# A private REST API, a VPC whose endpoint of execute-api it lets in, and a VPC beside it. Plain AWS: the same files apply
# to an AWS account.

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
}

# Private DNS of an interface endpoint wants both attributes. No internet gateway, no NAT.
resource "aws_vpc" "lab" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = "private-api" }
}

resource "aws_subnet" "lab" {
  for_each          = { us-east-1a = "10.0.1.0/24", us-east-1b = "10.0.2.0/24" }
  vpc_id            = aws_vpc.lab.id
  availability_zone = each.key
  cidr_block        = each.value
  tags              = { Name = "private-${each.key}" }
}

resource "aws_vpc" "other" {
  cidr_block           = "10.1.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = "private-api-other" }
}

resource "aws_subnet" "other" {
  vpc_id            = aws_vpc.other.id
  availability_zone = "us-east-1a"
  cidr_block        = "10.1.1.0/24"
  tags              = { Name = "other" }
}

resource "aws_security_group" "app" {
  for_each    = { lab = aws_vpc.lab.id, other = aws_vpc.other.id }
  name        = "private-api-app"
  description = "Nothing in; HTTPS out"
  vpc_id      = each.value
}

resource "aws_vpc_security_group_egress_rule" "app" {
  for_each          = aws_security_group.app
  security_group_id = each.value.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group" "endpoint" {
  for_each    = { lab = aws_vpc.lab.id, other = aws_vpc.other.id }
  name        = "private-api-endpoint"
  description = "HTTPS in"
  vpc_id      = each.value
}

resource "aws_vpc_security_group_ingress_rule" "endpoint" {
  for_each          = aws_security_group.endpoint
  security_group_id = each.value.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

data "aws_ami" "amazon_linux" {
  most_recent = true
  owners      = ["amazon"]
  filter {
    name   = "name"
    values = ["al2023-ami-2023*"]
  }
}

resource "aws_instance" "app" {
  ami                    = data.aws_ami.amazon_linux.id
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.lab["us-east-1a"].id
  vpc_security_group_ids = [aws_security_group.app["lab"].id]
  tags                   = { Name = "app" }
}

resource "aws_instance" "other" {
  ami                    = data.aws_ami.amazon_linux.id
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.other.id
  vpc_security_group_ids = [aws_security_group.app["other"].id]
  tags                   = { Name = "other" }
}

resource "aws_vpc_endpoint" "api" {
  count               = var.endpoint ? 1 : 0
  vpc_id              = aws_vpc.lab.id
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.us-east-1.execute-api"
  subnet_ids          = [for subnet in aws_subnet.lab : subnet.id]
  security_group_ids  = [aws_security_group.endpoint["lab"].id]
  private_dns_enabled = var.private_dns
  policy              = var.endpoint_limited ? file("${path.module}/policy.json") : null
}

resource "aws_vpc_endpoint" "other" {
  count               = var.other_endpoint ? 1 : 0
  vpc_id              = aws_vpc.other.id
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.us-east-1.execute-api"
  subnet_ids          = [aws_subnet.other.id]
  security_group_ids  = [aws_security_group.endpoint["other"].id]
  private_dns_enabled = true
}

resource "aws_api_gateway_rest_api" "private" {
  name = "private-api"

  endpoint_configuration {
    types            = ["PRIVATE"]
    vpc_endpoint_ids = var.endpoint ? aws_vpc_endpoint.api[*].id : null
  }
}

# Without this a private API lets nobody in.
resource "aws_api_gateway_rest_api_policy" "private" {
  rest_api_id = aws_api_gateway_rest_api.private.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "execute-api:Invoke"
      Resource  = "${aws_api_gateway_rest_api.private.execution_arn}/*"
      Condition = { StringEquals = { "aws:SourceVpce" = var.endpoint ? aws_vpc_endpoint.api[0].id : "vpce-00000000000000000" } }
    }]
  })
}

resource "aws_api_gateway_rest_api" "regional" {
  name = "private-api-regional"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

locals {
  apis = {
    private  = { id = aws_api_gateway_rest_api.private.id, root = aws_api_gateway_rest_api.private.root_resource_id }
    regional = { id = aws_api_gateway_rest_api.regional.id, root = aws_api_gateway_rest_api.regional.root_resource_id }
  }
}

resource "aws_api_gateway_resource" "pets" {
  for_each    = local.apis
  rest_api_id = each.value.id
  parent_id   = each.value.root
  path_part   = "pets"
}

resource "aws_api_gateway_method" "pets" {
  for_each      = local.apis
  rest_api_id   = each.value.id
  resource_id   = aws_api_gateway_resource.pets[each.key].id
  http_method   = "GET"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "pets" {
  for_each          = local.apis
  rest_api_id       = each.value.id
  resource_id       = aws_api_gateway_resource.pets[each.key].id
  http_method       = aws_api_gateway_method.pets[each.key].http_method
  type              = "MOCK"
  request_templates = { "application/json" = jsonencode({ statusCode = 200 }) }
}

resource "aws_api_gateway_method_response" "pets" {
  for_each    = local.apis
  rest_api_id = each.value.id
  resource_id = aws_api_gateway_resource.pets[each.key].id
  http_method = aws_api_gateway_method.pets[each.key].http_method
  status_code = "200"
}

resource "aws_api_gateway_integration_response" "pets" {
  for_each           = local.apis
  rest_api_id        = each.value.id
  resource_id        = aws_api_gateway_resource.pets[each.key].id
  http_method        = aws_api_gateway_method.pets[each.key].http_method
  status_code        = aws_api_gateway_method_response.pets[each.key].status_code
  response_templates = { "application/json" = jsonencode({ pets = ["rex"] }) }
  depends_on         = [aws_api_gateway_integration.pets]
}

# A change of the resource policy is in force once the API is deployed again.
resource "aws_api_gateway_deployment" "main" {
  for_each    = local.apis
  rest_api_id = each.value.id
  triggers    = { policy = sha1(aws_api_gateway_rest_api_policy.private.policy) }
  depends_on  = [aws_api_gateway_integration_response.pets]

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "prod" {
  for_each      = local.apis
  rest_api_id   = each.value.id
  deployment_id = aws_api_gateway_deployment.main[each.key].id
  stage_name    = "prod"
}
