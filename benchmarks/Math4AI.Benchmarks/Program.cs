using BenchmarkDotNet.Running;
using Math4AI.Benchmarks;

// Comparisons with other programs, by name; all else goes to BenchmarkDotNet.
switch (args)
{
    case ["separation", ..]:
        return SeparationAgainstPeer.Run(args[1..]);
    case ["dense", ..]:
        return DenseAgainstPeer.Run(args[1..]);
    case ["scaling", ..]:
        return Scaling.Run(args[1..]);
    case ["densities", ..]:
        return Densities.Run(args[1..]);
    case ["linear", ..]:
        return LinearAgainstPeer.Run(args[1..]);
    case ["kernels", ..]:
        return KernelsAgainstPeer.Run(args[1..]);
    case ["large-ridge"]:
        return LargeRidge.Run();
    case ["fashion", ..]:
        return FashionQuality.Run(args[1..]);
    case ["clusters", ..]:
        return ClustersAgainstPeer.Run(args[1..]);
    case ["cluster-quality", ..]:
        return ClusterQuality.Run(args[1..]);
    case ["large-map", ..]:
        return LargeMap.Run(args[1..]);
    case ["means-from-file", ..]:
        return MeansFromFile.Run(args[1..]);
    case ["maps", ..]:
        return MapsAgainstPeer.Run(args[1..]);
    case ["libsvm", ..]:
        return MachinesAgainstLibsvm.Run(args[1..]);
    case ["machines", ..]:
        return MachineQuality.Run(args[1..]);
    case ["processes", ..]:
        return ProcessQuality.Run(args[1..]);
    case ["information", ..]:
        return Information.Run(args[1..]);
    case ["bss-eval", ..]:
        return BssEvalAgainstPeer.Run(args[1..]);
    case ["callers", ..]:
        return Callers.Run(args[1..]);
    case ["modules", ..]:
        return TrainModules.Run(args[1..]);
    case ["generate", ..]:
        return Generation.Run(args[1..]);
    case ["words", ..]:
        return WordsAgainstPeer.Run(args[1..]);
    case ["train", ..]:
        return TrainAgainstLoop.Run(args[1..]);
    case ["stream", ..]:
        return Streams.Run(args[1..]);
    case ["rooms", "development" or "final", ..]:
        return UnseenRooms.Run(args[1..]);
    case ["room-test", "development" or "final", ..]:
        return RoomTests.Run(args[1..]);
    case ["live-rooms", "development" or "final", ..]:
        return LiveRooms.Run(args[1..]);
    case ["speakers", "development" or "final", ..]:
        return Speakers.Run(args[1..]);
    case ["more-speakers", "development" or "final", ..]:
        return MoreSpeakers.Run(args[1..]);
    case ["rooms"]:
        return Rooms.Run();
    case ["fit", ..]:
        return FitAgainstPeer.Run(args[1..]);
    case ["posteriors", "stan"]:
        return PosteriorAgainstStan.Run();
    case ["posteriors", ..]:
        return PosteriorAgainstPeer.Run(args[1..]);
    case ["hierarchies", ..]:
        return HierarchyForms.Run(args[1..]);
    case ["uncertain", "settings", ..]:
        return UncertainSettings.Run(args[2..]);
    case ["uncertain", ..]:
        return UncertainQuality.Run(args[1..]);
    case ["unlike", _, ..]:
        return OutOfDistribution.Run(args[1..]);
    case ["starts", ..]:
        return Starts.Run(args[1..]);
    case ["problems", ..]:
        return ProblemsAgainstPeer.Run(args[1..]);
    case ["product", ..]:
        return ProductAgainstRaw.Run(args[1..]);
    case ["ranks", ..]:
        return Ranks.Run(args[1..]);
    case ["tables", ..]:
        return TablesAgainstPeer.Run(args[1..]);
    case ["table-choice", _, ..]:
        return TableChoice.Run(args[1..]);
    case ["trees", ..]:
        return TreesAgainstPeer.Run(args[1..]);
    case ["first", ..]:
        return FirstProduct.Run(args[1..]);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(DenseBenchmarks).Assembly).Run(args);
        return 0;
}
