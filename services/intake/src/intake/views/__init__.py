"""What caseworkers see of intake: a work list without anything sensitive, and each case's sealed parts."""
