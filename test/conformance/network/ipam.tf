# IPAM: a pool for everything, one of the Region below it, and VPCs that take their blocks out of that.

resource "aws_vpc_ipam" "main" {
  description = var.description
  operating_regions {
    region_name = "us-east-1"
  }
}

resource "aws_vpc_ipam_scope" "overlapping" {
  ipam_id     = aws_vpc_ipam.main.id
  description = var.description
}

resource "aws_vpc_ipam_pool" "top" {
  address_family = "ipv4"
  ipam_scope_id  = aws_vpc_ipam.main.private_default_scope_id
}

resource "aws_vpc_ipam_pool_cidr" "top" {
  ipam_pool_id = aws_vpc_ipam_pool.top.id
  cidr         = "10.64.0.0/12"
}

resource "aws_vpc_ipam_pool" "regional" {
  address_family                    = "ipv4"
  ipam_scope_id                     = aws_vpc_ipam.main.private_default_scope_id
  source_ipam_pool_id               = aws_vpc_ipam_pool.top.id
  locale                            = "us-east-1"
  allocation_default_netmask_length = 20
  tags                              = { Name = var.description }
}

resource "aws_vpc_ipam_pool_cidr" "regional" {
  ipam_pool_id   = aws_vpc_ipam_pool.regional.id
  netmask_length = 16
  depends_on     = [aws_vpc_ipam_pool_cidr.top]
}

resource "aws_vpc_ipam_pool_cidr_allocation" "mainframe" {
  ipam_pool_id = aws_vpc_ipam_pool.regional.id
  cidr         = "10.64.0.0/24"
  description  = "not a VPC's"
  depends_on   = [aws_vpc_ipam_pool_cidr.regional]
}

resource "aws_vpc" "from_pool" {
  ipv4_ipam_pool_id   = aws_vpc_ipam_pool.regional.id
  ipv4_netmask_length = 20
  depends_on          = [aws_vpc_ipam_pool_cidr_allocation.mainframe]
}

output "block_from_pool" {
  value = aws_vpc.from_pool.cidr_block
}
