#include <stdio.h>

#include "sum.h"

int main(void) {
    int values[] = {1, 2, 3};
    long total = sum(values, 3);
    printf("sum: %ld\n", total);
    return total == 6 ? 0 : 1;
}
