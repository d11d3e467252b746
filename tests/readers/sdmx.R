# Tells what base R reads in an SDMX-CSV file. Without colClasses it would take the code F (free) for FALSE.
frame <- read.csv(commandArgs(TRUE)[1], fileEncoding = "UTF-8", colClasses = "character", na.strings = "")
frame$OBS_VALUE <- as.numeric(frame$OBS_VALUE)
write.table(frame[c("REF_AREA", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS")],
            sep = ",", row.names = FALSE, quote = FALSE, na = "")
