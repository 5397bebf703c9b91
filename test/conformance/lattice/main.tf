# Resources of one account, shared with another, which reaches them by a Resource endpoint and by a service network's.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "ports" {
  type    = list(string)
  default = ["5432"]
}

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

resource "aws_vpc" "provider" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "provider" {
  vpc_id               = aws_vpc.provider.id
  cidr_block           = "10.0.1.0/24"
  availability_zone_id = "use1-az6"
}

resource "aws_security_group" "gateway" {
  name   = "gateway"
  vpc_id = aws_vpc.provider.id
}

resource "aws_vpclattice_resource_gateway" "main" {
  name               = "databases"
  vpc_id             = aws_vpc.provider.id
  subnet_ids         = [aws_subnet.provider.id]
  security_group_ids = [aws_security_group.gateway.id]
  tags               = { Name = "databases" }
}

resource "aws_vpclattice_resource_configuration" "address" {
  name                        = "address"
  resource_gateway_identifier = aws_vpclattice_resource_gateway.main.id
  port_ranges                 = var.ports
  protocol                    = "TCP"

  resource_configuration_definition {
    ip_resource {
      ip_address = "10.0.1.9"
    }
  }

  tags = { Ports = join(" ", var.ports) }
}

resource "aws_vpclattice_resource_configuration" "name" {
  name                        = "name"
  resource_gateway_identifier = aws_vpclattice_resource_gateway.main.id
  port_ranges                 = ["443", "8000-8010"]
  protocol                    = "TCP"

  resource_configuration_definition {
    dns_resource {
      domain_name     = "db.example.com"
      ip_address_type = "IPV4"
    }
  }
}

resource "aws_vpclattice_resource_configuration" "group" {
  name                        = "group"
  type                        = "GROUP"
  resource_gateway_identifier = aws_vpclattice_resource_gateway.main.id
  protocol                    = "TCP"
}

resource "aws_vpclattice_resource_configuration" "child" {
  name                            = "child"
  type                            = "CHILD"
  resource_configuration_group_id = aws_vpclattice_resource_configuration.group.id
  port_ranges                     = ["80"]

  resource_configuration_definition {
    ip_resource {
      ip_address = "10.0.1.10"
    }
  }
}

resource "aws_vpclattice_service_network" "main" {
  name      = "main"
  auth_type = "NONE"
}

resource "aws_vpclattice_service_network_resource_association" "main" {
  resource_configuration_identifier = aws_vpclattice_resource_configuration.name.id
  service_network_identifier        = aws_vpclattice_service_network.main.id
}

resource "aws_vpclattice_service_network_vpc_association" "main" {
  vpc_identifier             = aws_vpc.provider.id
  service_network_identifier = aws_vpclattice_service_network.main.id
  security_group_ids         = [aws_security_group.gateway.id]
}

resource "aws_vpclattice_auth_policy" "main" {
  resource_identifier = aws_vpclattice_service_network.main.arn
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "*", Resource = "*" }]
  })
}

resource "aws_ram_resource_share" "main" {
  name                      = "resources"
  allow_external_principals = true
  tags                      = { Name = "resources" }
}

resource "aws_ram_resource_association" "address" {
  resource_arn       = aws_vpclattice_resource_configuration.address.arn
  resource_share_arn = aws_ram_resource_share.main.arn
}

resource "aws_ram_resource_association" "network" {
  resource_arn       = aws_vpclattice_service_network.main.arn
  resource_share_arn = aws_ram_resource_share.main.arn
}

resource "aws_ram_principal_association" "consumer" {
  principal          = "999999999999"
  resource_share_arn = aws_ram_resource_share.main.arn
}

resource "aws_ram_resource_share_accepter" "consumer" {
  provider   = aws.consumer
  share_arn  = aws_ram_principal_association.consumer.resource_share_arn
  depends_on = [aws_ram_resource_association.address, aws_ram_resource_association.network]
}

resource "aws_vpc" "consumer" {
  provider   = aws.consumer
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "consumer" {
  provider             = aws.consumer
  vpc_id               = aws_vpc.consumer.id
  cidr_block           = "10.0.1.0/24"
  availability_zone_id = "use1-az6"
}

resource "aws_vpc_endpoint" "resource" {
  provider                   = aws.consumer
  vpc_id                     = aws_vpc.consumer.id
  vpc_endpoint_type          = "Resource"
  resource_configuration_arn = aws_vpclattice_resource_configuration.address.arn
  subnet_ids                 = [aws_subnet.consumer.id]
  tags                       = { Ports = join(" ", var.ports) }
  depends_on                 = [aws_ram_resource_share_accepter.consumer]
}

resource "aws_vpc_endpoint" "network" {
  provider            = aws.consumer
  vpc_id              = aws_vpc.consumer.id
  vpc_endpoint_type   = "ServiceNetwork"
  service_network_arn = aws_vpclattice_service_network.main.arn
  subnet_ids          = [aws_subnet.consumer.id]
  depends_on          = [aws_ram_resource_share_accepter.consumer]
}

data "aws_vpc_endpoint_associations" "network" {
  provider        = aws.consumer
  vpc_endpoint_id = aws_vpc_endpoint.network.id
  depends_on      = [aws_vpclattice_service_network_resource_association.main]
}

data "aws_vpclattice_service_network" "main" {
  service_network_identifier = aws_vpclattice_service_network.main.id
}

data "aws_ram_resource_share" "main" {
  name           = aws_ram_resource_share.main.name
  resource_owner = "SELF"
}

output "shared" {
  value = length(aws_ram_resource_share_accepter.consumer.resources)
}

output "share_found" {
  value = data.aws_ram_resource_share.main.arn == aws_ram_resource_share.main.arn
}

output "associations" {
  value = [for one in data.aws_vpc_endpoint_associations.network.associations : one.associated_resource_accessibility]
}

output "resource_name" {
  value = length(aws_vpc_endpoint.resource.dns_entry)
}
