# Parameters of every kind, public ones by data sources, documents and associations.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "123456789012"
  secret_key                  = "unused"
  skip_requesting_account_id  = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}

variable "greeting" {
  type    = string
  default = "hello"
}

variable "stage" {
  type    = string
  default = "test"
}

resource "aws_ssm_parameter" "greeting" {
  name        = "/app/${var.stage}/greeting"
  description = "What is said first"
  type        = "String"
  value       = var.greeting
  tags        = { Stage = var.stage }
}

resource "aws_ssm_parameter" "list" {
  name            = "/app/list"
  type            = "StringList"
  value           = "a,b,c"
  allowed_pattern = "^[a-z,]+$"
}

resource "aws_ssm_parameter" "secret" {
  name  = "/app/secret"
  type  = "SecureString"
  value = "do not tell: ${var.greeting}"
  tier  = "Advanced"
}

resource "aws_ssm_parameter" "long" {
  name  = "long"
  type  = "String"
  value = join("", [for _ in range(500) : "0123456789"])
  tier  = "Intelligent-Tiering"
}

data "aws_ssm_parameter" "secret" {
  name       = aws_ssm_parameter.secret.name
  depends_on = [aws_ssm_parameter.secret]
}

data "aws_ssm_parameters_by_path" "app" {
  path       = "/app"
  recursive  = true
  depends_on = [aws_ssm_parameter.greeting, aws_ssm_parameter.list, aws_ssm_parameter.secret]
}

data "aws_ssm_parameter" "amazon_linux" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

data "aws_ssm_parameter" "ubuntu" {
  name = "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id"
}

data "aws_ami" "amazon_linux" {
  owners = ["amazon"]
  filter {
    name   = "image-id"
    values = [data.aws_ssm_parameter.amazon_linux.value]
  }
}

resource "aws_ssm_document" "hello" {
  name          = "say-hello"
  document_type = "Command"
  tags          = { Stage = var.stage }
  content = jsonencode({
    schemaVersion = "2.2"
    description   = "Says ${var.greeting}"
    parameters    = { who = { type = "String", default = "you", description = "To whom" } }
    mainSteps = [{
      action = "aws:runShellScript"
      name   = "hello"
      inputs = { runCommand = ["echo ${var.greeting} {{ who }}"] }
    }]
  })
}

# Nothing runs here: a tag that no instance has.
resource "aws_ssm_association" "hello" {
  name                = aws_ssm_document.hello.name
  association_name    = "say-hello-daily"
  document_version    = "$LATEST"
  schedule_expression = "cron(0 2 ? * SUN *)"
  compliance_severity = "HIGH"
  max_concurrency     = "10%"
  max_errors          = "1"
  parameters          = { who = var.greeting }
  tags                = { Stage = var.stage }
  targets {
    key    = "tag:Role"
    values = ["web", "app"]
  }
}

resource "aws_ssm_association" "plain" {
  name = aws_ssm_document.hello.name
  targets {
    key    = "tag:Stage"
    values = [var.stage]
  }
}

data "aws_ssm_instances" "linux" {
  filter {
    name   = "PlatformTypes"
    values = ["Linux"]
  }
}

resource "aws_ssm_document" "preferences" {
  name          = "SSM-SessionManagerRunShell"
  document_type = "Session"
  content = jsonencode({
    schemaVersion = "1.0"
    description   = "Preferences"
    sessionType   = "Standard_Stream"
    inputs        = { idleSessionTimeout = "20" }
  })
}

data "aws_ssm_document" "shell" {
  name            = "AWS-RunShellScript"
  document_format = "JSON"
}

output "all" {
  value     = zipmap(data.aws_ssm_parameters_by_path.app.names, data.aws_ssm_parameters_by_path.app.values)
  sensitive = true
}
output "version" { value = aws_ssm_parameter.greeting.version }
output "secret" {
  value     = data.aws_ssm_parameter.secret.value
  sensitive = true
}
output "image" { value = data.aws_ami.amazon_linux.name }
output "ubuntu" {
  value     = data.aws_ssm_parameter.ubuntu.value
  sensitive = true
}
output "document" {
  value = [aws_ssm_document.hello.latest_version, aws_ssm_document.hello.default_version, aws_ssm_document.hello.status]
}
output "instances" { value = data.aws_ssm_instances.linux.ids }
output "shell" { value = jsondecode(data.aws_ssm_document.shell.content).schemaVersion }
