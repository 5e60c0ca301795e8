#!/usr/bin/env bash
# Every page of a workbook as a picture: `tools/pictures.sh 预算.xlsx folder` gives page-01.png …
# LibreOffice stands for Excel; each sheet's print area, paper and fit are the workbook's own.
# A page that holds a word (third argument) is also cut to its upper part as the fourth argument.
set -euo pipefail
workbook=$1 folder=$2
mkdir -p "$folder/profile"
libreoffice "-env:UserInstallation=file://$(realpath "$folder")/profile" --headless \
    --convert-to pdf --outdir "$folder" "$workbook" >/dev/null 2>&1
rm -rf "$folder/profile"
pdf="$folder/$(basename "${workbook%.*}").pdf"
pdftoppm -r 80 -png "$pdf" "$folder/page"
shift 2
while [ $# -ge 4 ]; do
    word=$1 height=$2 width=$3 picture=$4
    for page in $(seq 1 "$(pdfinfo "$pdf" | sed -n 's/^Pages: *//p')"); do
        if pdftotext -f "$page" -l "$page" "$pdf" - | grep -q "$word"; then
            pdftoppm -r 80 -f "$page" -l "$page" -x 0 -y 30 -W "$width" -H "$height" \
                -singlefile -png "$pdf" "${picture%.png}"
            break
        fi
    done
    shift 4
done
