# Reachability Analyzer: a path that is there, and one that is not. Both instances of the first are in the default group.

resource "aws_ec2_network_insights_path" "open" {
  source           = aws_instance.plain.id
  destination      = aws_instance.renewed.primary_network_interface_id
  protocol         = "tcp"
  destination_port = 443
  tags             = { Name = var.name }
}

resource "aws_ec2_network_insights_analysis" "open" {
  network_insights_path_id = aws_ec2_network_insights_path.open.id
  tags                     = { Name = var.name }
}

resource "aws_ec2_network_insights_path" "closed" {
  source      = aws_instance.plain.arn
  destination = aws_instance.full.arn
  protocol    = "udp"
}

resource "aws_ec2_network_insights_analysis" "closed" {
  network_insights_path_id = aws_ec2_network_insights_path.closed.id
  wait_for_completion      = true
}

data "aws_ec2_network_insights_path" "open" {
  network_insights_path_id = aws_ec2_network_insights_path.open.id
}

output "reachable" {
  value = {
    open        = aws_ec2_network_insights_analysis.open.path_found
    components  = length(aws_ec2_network_insights_analysis.open.forward_path_components)
    closed      = aws_ec2_network_insights_analysis.closed.path_found
    why         = aws_ec2_network_insights_analysis.closed.explanations[*].explanation_code
    destination = data.aws_ec2_network_insights_path.open.destination == aws_instance.renewed.primary_network_interface_id
  }
}
