count_of_counter=$((count_of_counter + 1))
