"""What an entry of the catalogue is: its tables, names, picture files and filters. Changes none of them."""
