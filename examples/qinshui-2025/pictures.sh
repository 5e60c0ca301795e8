#!/usr/bin/env bash
# Renders every page of a workbook: `pictures.sh 预算.xlsx folder` gives folder/page-01.png …
# LibreOffice stands for Excel here; each sheet's print area, paper and fit are the workbook's own.
set -euo pipefail
workbook=$1 folder=$2
mkdir -p "$folder/profile"
libreoffice "-env:UserInstallation=file://$(realpath "$folder")/profile" --headless \
    --convert-to pdf --outdir "$folder" "$workbook" >/dev/null 2>&1
pdftoppm -r 80 -png "$folder/$(basename "${workbook%.*}").pdf" "$folder/page"
rm -rf "$folder/profile"
