variable "enable_dns_hostnames" {
  description = "Whether the VPC gives DNS host names, which private DNS of endpoints wants."
  type        = bool
  default     = true
}

variable "interface_endpoints" {
  description = "The services of Systems Manager that have an interface endpoint."
  type        = list(string)
  default     = ["ssm", "ec2messages", "ssmmessages"]
}

variable "s3_endpoint" {
  description = "Whether the gateway endpoint of S3 exists."
  type        = bool
  default     = true
}
