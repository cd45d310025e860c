// F# Interactive runs this when it has loaded the package: #r "nuget: Math4AI.Native".
Math4AI.Runtime.Compute.Start()
