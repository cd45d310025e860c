using BenchmarkDotNet.Running;
using Math4AI.Benchmarks;

if (args is ["dense", ..])
{
    return DenseAgainstPeer.Run(args[1..]);
}

if (args is ["separation", ..])
{
    return SeparationAgainstPeer.Run(args[1..]);
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
