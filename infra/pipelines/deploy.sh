#!/usr/bin/env bash
# Brings a resource group to what the parameters say, and the package into its app.
#
#   deploy.sh RESOURCE_GROUP PARAMETERS PACKAGE
#   deploy.sh rg-hyperv-inventory infra/main.bicepparam package.zip
#
# Needs the Azure CLI, logged on. Shows what will change before it changes it.
set -euo pipefail

[ $# -eq 3 ] || {
  echo 'usage: deploy.sh RESOURCE_GROUP PARAMETERS PACKAGE' >&2
  exit 2
}
group=$1 parameters=$2 package=$3
[ -s "$package" ] || {
  echo "There is no package $package" >&2
  exit 2
}

az deployment group what-if --resource-group "$group" --name inventory --parameters "$parameters"
app=$(az deployment group create --resource-group "$group" --name inventory --parameters "$parameters" \
  --query properties.outputs.functionAppName.value --output tsv)
az functionapp deployment source config-zip --resource-group "$group" --name "$app" --src "$package"
