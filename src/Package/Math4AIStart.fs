// Compiled into each F# program that uses Math4AI.Native, before its own files; Math4AIStart=false leaves it out.
module internal Math4AIStart

do Math4AI.Runtime.Compute.Start()
