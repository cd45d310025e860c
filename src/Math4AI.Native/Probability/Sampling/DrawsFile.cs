using Math4AI.Data.Arrays;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Probability.Sampling;

/// <summary>The file of draws, an archive of NumPy's arrays.</summary>
internal static class DrawsFile
{
    private const string Values = "draws.";
    private const string LogDensity = "log_density";
    private const string Energy = "energy";
    private const string Acceptance = "acceptance";
    private const string TreeDepth = "tree_depth";
    private const string Divergent = "divergent";
    private const string Settings = "sampler.settings";
    private const string Mass = "sampler.inverse_mass";
    private const string Position = "sampler.position";
    private const string Step = "sampler.step_size";
    private const string Random = "sampler.random";
    private const string Work = "sampler.gradients";
    private const string Center = "sampler.center";
    private const string Covariance = "sampler.covariance";
    private const double Version = 1.0;
    private const int SettingsCount = 6;

    // A number of 64 bits in two of float64.
    private const int Half = 32;

    public static void Write(string path, PosteriorDraws draws)
    {
        long chains = draws.Chains.Count, count = draws.Count;
        (string, long[], double[]) OfEach(string name, Func<ChainDraws, IEnumerable<double>> values) =>
            (name, [chains, count], [.. draws.Chains.SelectMany(values)]);
        NpzWriter.Write(path,
        [
            .. draws.Names.Select((name, j) => OfEach(Prefix(j) + name, chain => chain.Values[j])),
            OfEach(LogDensity, chain => chain.LogDensity),
            OfEach(Energy, chain => chain.Energy),
            OfEach(Acceptance, chain => chain.Acceptance),
            OfEach(TreeDepth, chain => chain.TreeDepth.Select(depth => (double)depth)),
            OfEach(Divergent, chain => chain.IsDivergent.Select(each => each ? 1.0 : 0.0)),
            .. SamplerOf(draws),
        ]);
    }

    /// <summary>The settings, and where the chains were left.</summary>
    private static IEnumerable<(string, long[], double[])> SamplerOf(PosteriorDraws draws)
    {
        long chains = draws.Chains.Count, parameters = draws.Names.Count;
        ChainState[] states = [.. draws.Chains.Select(chain => chain.State!)];
        NutsSampler sampler = draws.Sampler;
        yield return (Settings, [SettingsCount],
        [
            Version, sampler.Warmup, sampler.Seed, sampler.TargetAcceptance, sampler.MaxTreeDepth,
            (double)sampler.MassMatrix,
        ]);
        yield return (Position, [chains, parameters], [.. states.SelectMany(state => state.Position)]);
        yield return (Mass, [chains, states[0].InverseMass.Length], [.. states.SelectMany(state => state.InverseMass)]);
        yield return (Step, [chains], [.. states.Select(state => state.StepSize)]);
        yield return (Random, [chains, 2],
            [.. states.SelectMany(state => new double[] { state.Random >> Half, (uint)state.Random })]);
        yield return (Work, [chains], [.. draws.Chains.Select(chain => (double)chain.Gradients)]);
        if (draws.Start is { } start)
        {
            yield return (Center, [parameters], start.Center.ToArray());
            yield return (Covariance, [parameters, parameters], start.Covariance.ToRowMajorArray());
        }
    }

    public static PosteriorDraws Read(string path)
    {
        var file = new Arrays(path);
        string[] names = file.Names(Values);
        (int chains, int count) = file.ShapeOf(names);
        file.RequireFinite([.. names, LogDensity, Position, Mass, Step, Center, Covariance]);
        double[] settings = file.Get(Settings, SettingsCount);
        if (settings[0] > Version)
        {
            throw new InvalidDataException($"{path} is of a newer version: read it with a newer Math4AI.Native.");
        }

        var sampler = new NutsSampler
        {
            Chains = chains,
            Draws = count,
            Warmup = (int)settings[1],
            Seed = (int)settings[2],
            TargetAcceptance = settings[3],
            MaxTreeDepth = (int)settings[4],
            MassMatrix = (MassMatrix)(int)settings[5],
        };
        int parameters = names.Length;
        SamplingStart? start = !file.Has(Center) ? null : new SamplingStart(
            Vector<double>.Build.Dense(file.Get(Center, parameters)),
            Matrix<double>.Build.DenseOfRowMajor(
                parameters, parameters, file.Get(Covariance, parameters * parameters)));
        ChainDraws[] all = [.. Enumerable.Range(0, chains).Select(i => ChainOf(file, names, chains, count, i))];
        return new PosteriorDraws([.. names.Select(name => name[Prefix(0).Length..])], all, sampler, start);
    }

    private static ChainDraws ChainOf(Arrays file, string[] names, int chains, int count, int chain)
    {
        double[] Part(string name, int each) => file.Get(name, chains * each)[(chain * each)..((chain + 1) * each)];
        double[] random = Part(Random, 2);
        var found = new ChainDraws(names.Length, count)
        {
            StepSize = Part(Step, 1)[0],
            Gradients = (long)Part(Work, 1)[0],
        };
        for (int j = 0; j < names.Length; j++)
        {
            Part(names[j], count).CopyTo(found.Values[j], 0);
        }

        Part(LogDensity, count).CopyTo(found.LogDensity, 0);
        Part(Energy, count).CopyTo(found.Energy, 0);
        Part(Acceptance, count).CopyTo(found.Acceptance, 0);
        double[] depth = Part(TreeDepth, count), divergent = Part(Divergent, count);
        for (int i = 0; i < count; i++)
        {
            (found.TreeDepth[i], found.IsDivergent[i]) = ((int)depth[i], divergent[i] != 0.0);
        }

        found.State = new ChainState(
            Part(Position, names.Length),
            Part(Mass, file.LengthOf(Mass) / chains),
            found.StepSize,
            ((ulong)random[0] << Half) | (uint)random[1]);
        return found;
    }

    private static string Prefix(int parameter) => $"{Values}{parameter:D4}.";

    /// <summary>The arrays of a file, by their names.</summary>
    private sealed class Arrays(string path)
    {
        private readonly Dictionary<string, NumberArray> arrays =
            NpzArchive.Read(path).ToDictionary(array => array.Name);

        public bool Has(string name) => arrays.ContainsKey(name);

        public int LengthOf(string name) => arrays.TryGetValue(name, out NumberArray? found) ? found.Values.Length : 0;

        public string[] Names(string start) =>
            [.. arrays.Keys.Where(name => name.StartsWith(start, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)];

        public void RequireFinite(string[] names)
        {
            if (names.FirstOrDefault(name => Has(name) && !arrays[name].Values.All(double.IsFinite)) is { } damaged)
            {
                throw new InvalidDataException($"{path} is damaged: its array '{damaged}' has NaN or infinity.");
            }
        }

        public (int Chains, int Count) ShapeOf(string[] names) =>
            names.Length > 0 && arrays[names[0]].Shape is [> 0 and var chains, > 0 and var count]
                && names.All(name => arrays[name].Shape.SequenceEqual(arrays[names[0]].Shape))
                ? ((int)chains, (int)count)
                : throw new InvalidDataException($"{path} holds no draws.");

        public double[] Get(string name, int length) => LengthOf(name) == length
            ? arrays[name].Values
            : throw new InvalidDataException($"{path} holds no draws: its array '{name}' is missing or damaged.");
    }
}
