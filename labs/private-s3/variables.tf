variable "partner_access_key" {
  description = "Access key of the second account; with Postern its 12 digits do."
  type        = string
  default     = "210987654321"
}

variable "partner_secret_key" {
  description = "Secret of that key."
  type        = string
  default     = "unused"
  sensitive   = true
}

variable "endpoint" {
  description = "Whether the S3 gateway endpoint exists."
  type        = bool
  default     = true
}

variable "endpoint_routed" {
  description = "Whether the endpoint is associated with the private route table."
  type        = bool
  default     = true
}

variable "egress_https" {
  description = "Whether the instance's security group lets TCP 443 out."
  type        = bool
  default     = true
}
