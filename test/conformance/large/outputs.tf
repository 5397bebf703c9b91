output "subnets" {
  value = { for tier in keys(local.tiers) : tier => length([for about in local.subnets : about if about.tier == tier]) }
}

output "nat_public_ips" {
  value = length(distinct(aws_eip.nat[*].public_ip))
}

output "endpoints" {
  value = length(aws_vpc_endpoint.gateway) + length(aws_vpc_endpoint.interface)
}

output "endpoint_interfaces" {
  value = length(flatten([for endpoint in aws_vpc_endpoint.interface : endpoint.network_interface_ids]))
}

output "blocks" {
  value = concat([aws_vpc.this.cidr_block], aws_vpc_ipv4_cidr_block_association.more[*].cidr_block)
}

output "default_group_rules" {
  value = length(aws_default_security_group.this.ingress) + length(aws_default_security_group.this.egress)
}
