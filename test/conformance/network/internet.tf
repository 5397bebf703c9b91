# Ways to the internet: addresses of one's own, and NAT gateways for the private subnet.

resource "aws_eip" "nat" {
  domain = "vpc"
  tags   = { Name = var.description }
}

resource "aws_eip" "server" {
  domain                    = "vpc"
  network_interface         = aws_network_interface.server.id
  associate_with_private_ip = "10.20.2.20"
  depends_on                = [aws_internet_gateway.main]
}

resource "aws_eip" "spare" {
  domain = "vpc"
}

resource "aws_network_interface" "server" {
  subnet_id   = aws_subnet.public.id
  private_ips = ["10.20.2.20"]
}

resource "aws_network_interface" "spare" {
  subnet_id = aws_subnet.public.id
}

resource "aws_eip_association" "spare" {
  allocation_id        = aws_eip.spare.id
  network_interface_id = aws_network_interface.spare.id
  depends_on           = [aws_internet_gateway.main]
}

resource "aws_eip" "more" {
  count  = 2
  domain = "vpc"
}

resource "aws_nat_gateway" "public" {
  allocation_id            = aws_eip.nat.id
  secondary_allocation_ids = slice(aws_eip.more[*].id, 0, var.description == "second" ? 2 : 1)
  subnet_id                = aws_subnet.public.id
  tags                     = { Name = var.description }
  depends_on               = [aws_internet_gateway.main]
}

resource "aws_nat_gateway" "private" {
  connectivity_type                  = "private"
  secondary_private_ip_address_count = 1
  subnet_id                          = aws_subnet.public.id
}

# What comes in for the private subnet goes to an appliance first.
resource "aws_route_table" "edge" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block           = aws_subnet.private.cidr_block
    network_interface_id = aws_network_interface.spare.id
  }
}

resource "aws_route_table_association" "edge" {
  gateway_id     = aws_internet_gateway.main.id
  route_table_id = aws_route_table.edge.id
}

resource "aws_route_table" "nat" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.public.id
  }
  route {
    cidr_block     = "192.168.0.0/16"
    nat_gateway_id = aws_nat_gateway.private.id
  }
}

data "aws_ami" "server" {
  owners      = ["amazon"]
  most_recent = true
  filter {
    name   = "name"
    values = ["al2023-ami-2023*"]
  }
}

resource "aws_instance" "server" {
  ami                         = data.aws_ami.server.id
  instance_type               = data.aws_ami.server.architecture == "arm64" ? "t4g.micro" : "t3.micro"
  subnet_id                   = aws_subnet.public.id
  associate_public_ip_address = true
  depends_on                  = [aws_internet_gateway.main]
}

output "public_addresses" {
  value = [for ip in [aws_eip.server.public_ip, aws_nat_gateway.public.public_ip, aws_instance.server.public_ip] : startswith(ip, "44.")]
}

# Block Public Access of the account, and what is left out of it.
resource "aws_vpc_block_public_access_options" "this" {
  internet_gateway_block_mode = var.description == "second" ? "block-bidirectional" : "block-ingress"
}

resource "aws_vpc_block_public_access_exclusion" "vpc" {
  vpc_id                          = aws_vpc.main.id
  internet_gateway_exclusion_mode = var.description == "second" ? "allow-bidirectional" : "allow-egress"
  tags                            = { Name = "main" }
}

resource "aws_vpc_block_public_access_exclusion" "subnet" {
  subnet_id                       = aws_subnet.public.id
  internet_gateway_exclusion_mode = "allow-bidirectional"
}
