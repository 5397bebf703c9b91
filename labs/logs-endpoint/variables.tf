variable "endpoint" {
  description = "Whether the endpoints of S3 and of Logs exist."
  type        = bool
  default     = true
}

variable "private_dns" {
  description = "Whether logs.us-east-1.amazonaws.com leads to the endpoint."
  type        = bool
  default     = true
}

variable "endpoint_https" {
  description = "Whether the security group of the endpoint of Logs lets TCP 443 in."
  type        = bool
  default     = true
}

variable "endpoint_limited" {
  description = "Whether the endpoint of Logs has the policy of policy.json; else it lets everything through."
  type        = bool
  default     = false
}
