# The gateway endpoint of the article, with its policy.

variable "vpc_id" {
  type = string
}

variable "private_route_table_ids" {
  type = list(string)
}

resource "aws_vpc_endpoint" "s3_gateway" {
  vpc_id       = var.vpc_id
  service_name = "com.amazonaws.us-east-1.s3"
  # Gateway endpoints do not use security groups
  vpc_endpoint_type = "Gateway"

  # Associate with private route tables
  route_table_ids = var.private_route_table_ids

  policy = file("${path.module}/policy.json")

  tags = {
    Environment = "production"
    Service     = "storage"
  }
}

output "endpoint_id" {
  value = aws_vpc_endpoint.s3_gateway.id
}
