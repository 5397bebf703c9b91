variable "endpoint" {
  description = "Whether the lab's VPC has an endpoint of execute-api, which the API's resource policy lets in."
  type        = bool
  default     = true
}

variable "private_dns" {
  description = "Whether the names of all REST APIs lead to that endpoint inside its VPC."
  type        = bool
  default     = true
}

variable "other_endpoint" {
  description = "Whether the other VPC has an endpoint of its own."
  type        = bool
  default     = false
}

variable "endpoint_limited" {
  description = "Whether the first endpoint has the policy of policy.json; else it lets everything through."
  type        = bool
  default     = false
}
