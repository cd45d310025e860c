using System.Runtime.CompilerServices;

// Every P/Invoke here passes plain numbers and pointers: no marshalling code is wanted between them and C.
[assembly: DisableRuntimeMarshalling]
