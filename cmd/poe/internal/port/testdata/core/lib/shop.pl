sub shop_name { return 'Corner ' . 'Shop' }
1;
