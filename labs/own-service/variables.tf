variable "b_access_key" {
  description = "Access key of the account of service B. With Postern its 12 digits are enough."
  type        = string
  default     = "210987654321"
}

variable "b_secret_key" {
  description = "Its secret key."
  type        = string
  default     = "unused"
}

variable "allowed" {
  description = "Whether the account of service A may make endpoints to the service."
  type        = bool
  default     = true
}

variable "endpoint" {
  description = "Whether the endpoint exists."
  type        = bool
  default     = true
}

variable "proxy_protocol" {
  description = "Whether service B is told the client's address and the endpoint's id, by proxy protocol v2."
  type        = bool
  default     = false
}
