long sum(const int *values, int count);
