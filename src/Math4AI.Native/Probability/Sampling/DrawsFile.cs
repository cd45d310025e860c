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
        file.RequireFinite(
        [
            .. names, LogDensity, Energy, Acceptance, TreeDepth, Divergent, Settings, Position, Mass, Step, Random,
            Work, Center, Covariance,
        ]);
        double[] settings = file.Get(Settings, SettingsCount);
        if (settings[0] > Version)
        {
            throw new InvalidDataException($"{path} is of a newer version: read it with a newer Math4AI.Native.");
        }

        int parameters = names.Length;
        NutsSampler sampler = SamplerOf(file, settings, chains, count);
        file.Require(TreeDepth, "a depth", depth => depth >= 0.0 && depth <= sampler.MaxTreeDepth);
        file.Require(Acceptance, "an acceptance", share => share is >= 0.0 and <= 1.0);
        file.Require(Step, "a step", step => step > 0.0);
        file.Require(Work, "a number of gradients", work => work is >= 0.0 and <= long.MaxValue / 2.0);
        file.Require(Random, "a state of random numbers", half => half is >= 0.0 and <= uint.MaxValue);
        RequireMasses(file, chains, parameters, sampler.IsDense(parameters));
        SamplingStart? start = !file.Has(Center) ? null : new SamplingStart(
            Vector<double>.Build.Dense(file.Get(Center, parameters)),
            Positive(file, Covariance, file.Get(Covariance, parameters * parameters), parameters));
        ChainDraws[] all = [.. Enumerable.Range(0, chains).Select(i => ChainOf(file, names, chains, count, i))];
        return new PosteriorDraws([.. names.Select(name => name[Prefix(0).Length..])], all, sampler, start);
    }

    private static NutsSampler SamplerOf(Arrays file, double[] settings, int chains, int count)
    {
        bool AreKnown() => settings[1] is >= 0.0 and <= int.MaxValue
            && settings[2] is >= int.MinValue and <= int.MaxValue
            && settings[3] is > 0.0 and < 1.0 && settings[4] is >= 1.0 and <= 30.0
            && settings[5] is >= 0.0 and <= (double)MassMatrix.Dense;
        return !AreKnown() ? throw file.Damaged(Settings, "a setting that no sampler has") : new NutsSampler
        {
            Chains = chains,
            Draws = count,
            Warmup = (int)settings[1],
            Seed = (int)settings[2],
            TargetAcceptance = settings[3],
            MaxTreeDepth = (int)settings[4],
            MassMatrix = (MassMatrix)(int)settings[5],
        };
    }

    /// <summary>Masses are positive: of one that is not, the energy has no meaning.</summary>
    private static void RequireMasses(Arrays file, int chains, int parameters, bool isDense)
    {
        int each = isDense ? parameters * parameters : parameters;
        double[] all = file.Get(Mass, chains * each);
        if (!isDense)
        {
            file.Require(Mass, "a mass", mass => mass > 0.0);
            return;
        }

        for (int i = 0; i < chains; i++)
        {
            Positive(file, Mass, all[(i * each)..((i + 1) * each)], parameters);
        }
    }

    private static Matrix<double> Positive(Arrays file, string name, double[] values, int count)
    {
        Matrix<double> matrix = Matrix<double>.Build.DenseOfRowMajor(count, count, values);
        try
        {
            return IsSymmetric(matrix) && matrix.Cholesky().Factor.Diagonal().All(double.IsFinite)
                ? matrix
                : throw file.Damaged(name, "a matrix that is not positive definite");
        }
        catch (ArgumentException)
        {
            throw file.Damaged(name, "a matrix that is not positive definite");
        }
    }

    private static bool IsSymmetric(Matrix<double> matrix)
    {
        const double Rounding = 1e-9;
        return matrix.EnumerateIndexed().All(each => Math.Abs(each.Item3 - matrix[each.Item2, each.Item1])
            <= Rounding * Math.Sqrt(Math.Abs(matrix[each.Item1, each.Item1] * matrix[each.Item2, each.Item2])));
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
                throw Damaged(damaged, "NaN or infinity");
            }

            if (names.FirstOrDefault(name => Has(name) && arrays[name] is { IsFortranOrder: true, Shape.Length: > 1 })
                is { } turned)
            {
                throw new InvalidDataException($"{path} is damaged: its array '{turned}' is column-major.");
            }
        }

        public void Require(string name, string what, Predicate<double> isKnown)
        {
            if (Has(name) && !Array.TrueForAll(arrays[name].Values, isKnown))
            {
                throw Damaged(name, $"{what} that cannot be");
            }
        }

        public InvalidDataException Damaged(string name, string what) =>
            new($"{path} is damaged: its array '{name}' has {what}.");

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
