# Certificate Manager: a certificate of an authority of one's own, one that signed itself, and the first found by its name.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "certificate" {
  type = string
}

variable "private_key" {
  type = string
}

variable "chain" {
  type = string
}

variable "self_signed" {
  type = string
}

variable "self_signed_key" {
  type = string
}

variable "team" {
  type    = string
  default = "blue"
}

provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}

resource "aws_acm_certificate" "issued" {
  certificate_body  = var.certificate
  private_key       = var.private_key
  certificate_chain = var.chain
  tags              = { team = var.team }
}

resource "aws_acm_certificate" "self_signed" {
  certificate_body = var.self_signed
  private_key      = var.self_signed_key
}

data "aws_acm_certificate" "issued" {
  domain    = aws_acm_certificate.issued.domain_name
  key_types = ["EC_prime256v1"]
  statuses  = ["ISSUED"]
}

output "found" {
  value = data.aws_acm_certificate.issued.arn == aws_acm_certificate.issued.arn
}

output "names" {
  value = sort(aws_acm_certificate.issued.subject_alternative_names)
}

output "statuses" {
  value = [aws_acm_certificate.issued.status, aws_acm_certificate.self_signed.status]
}

output "types" {
  value = [aws_acm_certificate.issued.type, aws_acm_certificate.self_signed.key_algorithm]
}
