output "instance_id" {
  value = aws_instance.app.id
}

output "other_instance_id" {
  value = aws_instance.other.id
}

output "route_table_id" {
  value = aws_vpc.lab.main_route_table_id
}

output "api_id" {
  value = aws_api_gateway_rest_api.private.id
}

output "regional_api_id" {
  value = aws_api_gateway_rest_api.regional.id
}

output "endpoint_id" {
  value = one(aws_vpc_endpoint.api[*].id)
}

output "endpoint_regional_name" {
  value = one([for endpoint in aws_vpc_endpoint.api : endpoint.dns_entry[0].dns_name])
}

output "endpoint_zonal_name" {
  value = one([
    for endpoint in aws_vpc_endpoint.api :
    one([for entry in endpoint.dns_entry : entry.dns_name if strcontains(entry.dns_name, "-us-east-1a.")])
  ])
}
