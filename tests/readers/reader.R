# Tells what R reads in folders of Parquet files, by reticulate and the pyarrow of the Python named first.
arguments <- commandArgs(TRUE)
library(reticulate)
use_python(arguments[1], required = TRUE)
dataset <- import("pyarrow.dataset", convert = FALSE)

# A whole number in R has 32 bits; counts come as doubles, exact up to 2^53.
column <- function(values) {
  type <- py_to_r(values$type$`__str__`())
  cast <- switch(type, "int64" = "float64", "date32[day]" = "string", type)
  found <- py_to_r(values$cast(cast)$to_pylist())
  found <- unlist(lapply(found, function(one) if (is.null(one)) NA else one))
  if (type == "date32[day]") as.Date(found) else found
}

parquet <- function(folder) {
  read <- dataset$dataset(folder)$to_table()
  names <- py_to_r(read$column_names)
  as.data.frame(sapply(names, function(name) column(read$column(name)), simplify = FALSE), check.names = FALSE)
}

for (folder in arguments[-1]) {
  frame <- parquet(folder)
  rows <- frame[order(frame$area_code), c("as_of", "area_code", "prefecture_code", "waiting_total", "value_status")]
  rows$kind <- paste(class(frame$as_of), class(frame$area_code), class(frame$waiting_total))
  write.table(rows, sep = ",", row.names = FALSE, quote = FALSE, na = "")
}
