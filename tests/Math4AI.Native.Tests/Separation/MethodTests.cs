using System.Globalization;
using System.Text.Json;
using Math4AI.Audio;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Separation;
using Math4AI.Separation.Ica;
using Math4AI.Separation.Information;
using Math4AI.Separation.Quality;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Separation;

/// <summary>What each method of blind separation must do, on data whose sources are known.</summary>
public class MethodTests
{
    private static double Error(Separator method, string densities, int samples, int seed)
    {
        (Matrix<double> mixture, Matrix<double> mixing) = BachJordanDensities.Mix(densities, samples, seed);
        return 100.0 * SeparationQuality.AmariError(method.Separate(mixture).Unmixing.Matrix * mixing);
    }

    [Fact]
    public void The_default_separates_each_of_the_18_densities_of_Bach_and_Jordan()
    {
        // The largest mean Amari error × 100 of ten mixtures of two sources with each density: a fifth above what it
        // is.
        double[] limits = [3.5, 2.2, 1.2, 5.9, 1.3, 1.1, 0.9, 5.2, 7.5, 1.3, 2.8, 4.9, 1.2, 3.6, 3.1, 1.2, 2.8, 5.0];
        Separator method = Separator.MinimumMutualInformation();
        Dictionary<char, double> errors = BachJordanDensities.Names.ToDictionary(
            name => name,
            name => Enumerable.Range(0, 10).Average(
                run => Error(method, new string(name, 2), 1000, 1000 * name + run)));
        TestContext.Current.TestOutputHelper!.WriteLine(
            string.Join(" ", errors.Values.Select(error => error.ToString("0.00", CultureInfo.InvariantCulture))));
        Assert.All(errors, each =>
            Assert.True(each.Value <= limits[each.Key - 'a'], $"density {each.Key}: {each.Value}"));
        Assert.True(errors.Values.Average() <= 3.1, $"mean of all densities: {errors.Values.Average()}");
    }

    [Fact]
    public void The_default_withstands_one_gross_error_in_a_hundred()
    {
        Separator method = Separator.MinimumMutualInformation();
        double clean = 0.0, spoilt = 0.0;
        foreach (char name in "bceghjmr")
        {
            (Matrix<double> mixture, Matrix<double> mixing) = BachJordanDensities.Mix(new string(name, 2), 1000, name);
            clean += SeparationQuality.AmariError(method.Separate(mixture).Unmixing.Matrix * mixing);
            var random = new MersenneTwister(name);
            for (int i = 0; i < 10; i++)
            {
                mixture.SetRow(
                    random.Next(1000), [random.NextDouble() < 0.5 ? -5 : 5, random.NextDouble() < 0.5 ? -5 : 5]);
            }

            spoilt += SeparationQuality.AmariError(method.Separate(mixture).Unmixing.Matrix * mixing);
        }

        Assert.True(spoilt <= 2.0 * clean, $"{clean} {spoilt}");
    }

    [Fact]
    public void Gaussian_sources_are_named_and_the_others_separated()
    {
        const int Samples = 20_000;
        Matrix<double> sources = Mixtures.Laplace(Samples, 5, 7);
        var normal = new Normal(0.0, 1.0, new MersenneTwister(8));
        sources.SetColumn(1, [.. Enumerable.Range(0, Samples).Select(_ => normal.Sample())]);
        sources.SetColumn(3, [.. Enumerable.Range(0, Samples).Select(_ => normal.Sample())]);
        Matrix<double> mixing = Mixtures.WellConditioned(5, 9);
        foreach (Separator method in new[] { Separator.MinimumMutualInformation(), Separator.MaximumLikelihood() })
        {
            SeparationResult<Matrix<double>> result = method.Separate(sources * mixing.Transpose());
            Matrix<double> whole = result.Unmixing.Matrix * mixing;
            double deviation = Math.Sqrt(2.0);
            foreach (int source in new[] { 0, 2, 4 })
            {
                // One output hears this source alone, in units of the sources' deviations.
                Vector<double> row = whole.EnumerateRows().MaxBy(r => Math.Abs(r[source]) / r.L2Norm())!;
                double rest = Enumerable.Range(0, 5).Where(k => k != source).Sum(
                    k => Math.Pow(row[k] / (k is 1 or 3 ? deviation : 1.0), 2.0));
                Assert.True(Math.Sqrt(rest) < 0.05 * Math.Abs(row[source]), $"{method.Name}: source {source}, "
                    + $"{Math.Sqrt(rest) / Math.Abs(row[source])}");
            }

            int[] named = [.. Enumerable.Range(0, 5).Where(i => whole.Row(i).AbsoluteMaximumIndex() is 1 or 3)];
            Assert.Equal(2, named.Length);
            Assert.Contains(
                result.Notes,
                note => note.StartsWith($"Sources {named[0] + 1}, {named[1] + 1} are indistinguishable from Gaussian",
                    StringComparison.Ordinal));
        }

        // A single normal source is separated like any other, and nothing is said.
        Assert.Empty(Separator.MinimumMutualInformation()
            .Separate(sources.SubMatrix(0, Samples, 0, 3) * mixing.SubMatrix(0, 3, 0, 3).Transpose()).Notes);
    }

    [Fact]
    public void Standard_errors_are_the_deviations_over_many_samples()
    {
        const int Sets = 100, Samples = 4000;
        Matrix<double> mixing = BachJordanDensities.Mixing(3, new MersenneTwister(5));
        Matrix<double> truth = mixing.Inverse();
        Matrix<double> squares = Matrix<double>.Build.Dense(3, 3), errors = Matrix<double>.Build.Dense(3, 3);
        for (int set = 0; set < Sets; set++)
        {
            var random = new MersenneTwister(100 + set, threadSafe: false);
            Matrix<double> sources = Matrix<double>.Build.DenseOfColumnArrays(
                "gkn".Select(name => BachJordanDensities.Draw(name, Samples, random)));
            Matrix<double> mixture = sources * mixing.Transpose();
            Unmixing found = Separator.MinimumMutualInformation().Separate(mixture).Unmixing;
            Matrix<double> standard = UnmixingErrors.Of(new MatrixSampleSource(mixture), found);
            int[] assigned = Mixtures.Assignment(found.Matrix, mixing);
            for (int row = 0; row < 3; row++)
            {
                int source = assigned[row];
                double sign = Math.Sign((found.Matrix * mixing)[row, source]);
                for (int c = 0; c < 3; c++)
                {
                    double difference = sign * found.Matrix[row, c] - truth[source, c];
                    squares[source, c] += difference * difference / Sets;
                    errors[source, c] += standard[row, c] / Sets;
                }
            }
        }

        // 100 sets tell a deviation to 7 %; the estimated scores add their own.
        Matrix<double> ratios = errors.PointwiseDivide(squares.PointwiseSqrt());
        Assert.True(ratios.Enumerate().All(ratio => ratio is > 0.8 and < 1.25),
            ratios.ToMatrixString("G3", CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Clipping_is_told_and_does_not_stop_the_separation()
    {
        Recording party = CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing);
        float[][] channels = [.. Enumerable.Range(0, 3).Select(c => party.Channel(c).ToArray())];
        float most = 0.5f * channels[1].Max(Math.Abs);
        channels[1] = [.. channels[1].Select(x => Math.Clamp(x, -most, most))];
        SeparationResult<Recording> result =
            Separator.MinimumMutualInformation().Separate(new Recording(channels, 48_000));
        Assert.Contains(result.Notes, note => note.StartsWith("Channel 2 is clipped", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Notes, note => note.StartsWith("Channel 1", StringComparison.Ordinal));
        Assert.True(SeparationQuality.AmariError(result.Unmixing.Matrix * CocktailParty.Mixing) < 0.1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Maximum_likelihood_ends_where_its_gradient_is_nothing(bool isOrthogonal)
    {
        (Matrix<double> mixture, Matrix<double> mixing) = BachJordanDensities.Mix("bcbca", 20_000, 3);
        var options = new MaximumLikelihoodIcaOptions { IsOrthogonal = isOrthogonal, Tolerance = 1e-9 };
        SeparationResult<Matrix<double>> result = Separator.MaximumLikelihood(options).Separate(mixture);
        Assert.True(result.IsConverged, $"{result.Termination}, {result.Changes[^1]}");
        Assert.True(result.Iterations < 60, $"{result.Iterations} iterations");

        // Sources of unit variance: the score equations, or their antisymmetric part, with u scaled as the likelihood
        // has it.
        Matrix<double> x = result.Sources;
        double[] scales = [.. Enumerable.Range(0, 5).Select(i => Scale(x.Column(i), isOrthogonal))];
        for (int i = 0; i < 5; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double correlation = x.Column(i).DotProduct(x.Column(j)) / x.RowCount * scales[i] * scales[j];
                double first = Score(x.Column(i), scales[i], x.Column(j), scales[j]),
                    second = Score(x.Column(j), scales[j], x.Column(i), scales[i]);
                if (isOrthogonal)
                {
                    Assert.Equal(0.0, correlation, 1e-10);
                    Assert.Equal(first, second, 1e-8);
                }
                else
                {
                    Assert.Equal(0.0, first + correlation, 1e-7);
                    Assert.Equal(0.0, second + correlation, 1e-7);
                }
            }
        }

        Assert.True(SeparationQuality.AmariError(result.Unmixing.Matrix * mixing) < 0.03);

        static double Sign(Vector<double> u) =>
            u.Average(v => 1.0 - Math.Tanh(v) * Math.Tanh(v)) * u.Average(v => v * v)
                >= u.Average(v => v * Math.Tanh(v)) ? 1.0 : -1.0;
        static double Score(Vector<double> x, double scale, Vector<double> y, double other)
        {
            Vector<double> u = x * scale;
            return Sign(u) * u.PointwiseTanh().DotProduct(y * other) / x.Count;
        }

        // E[u² ± u tanh u] = 1 fixes the scale of a free source.
        static double Scale(Vector<double> x, bool isOrthogonal) => isOrthogonal
            ? 1.0
            : MathNet.Numerics.FindRoots.OfFunction(
                c => (x * c).Average(u => u * u) + Sign(x) * (x * c).Average(u => u * Math.Tanh(u)) - 1.0, 0.1, 10.0,
                1e-13, 200);
    }

    [Theory]
    [InlineData("mi", "abcdef", 30_000, 6.0)]
    [InlineData("mi", "bcegjkmnr", 30_000, 6.0)]
    [InlineData("mi", "bceg", 4_000, 6.0)]
    [InlineData("jade", "bceg", 30_000, 6.0)]
    [InlineData("fastica", "bceg", 30_000, 6.0)]
    [InlineData("fastica, exp", "bceg", 30_000, 6.0)]
    [InlineData("fastica, cube", "bceg", 30_000, 6.0)]
    [InlineData("fastica, one by one", "bceg", 30_000, 6.0)]
    [InlineData("ml", "bceg", 30_000, 6.0)]
    [InlineData("ml, orthogonal", "bceg", 30_000, 6.0)]
    public void Mixed_densities_are_separated(string name, string densities, int samples, double most)
    {
        Separator method = name switch
        {
            "mi" => Separator.MinimumMutualInformation(),
            "jade" => Separator.Jade(),
            "ml" => Separator.MaximumLikelihood(),
            "ml, orthogonal" => Separator.MaximumLikelihood(new MaximumLikelihoodIcaOptions { IsOrthogonal = true }),
            "fastica, exp" => Separator.FastIca(new FastIcaOptions { Contrast = Contrast.Exp }),
            "fastica, cube" => Separator.FastIca(new FastIcaOptions { Contrast = Contrast.Cube }),
            "fastica, one by one" => Separator.FastIca(new FastIcaOptions { IsOneByOne = true }),
            _ => Separator.FastIca(),
        };
        double error = Error(method, densities, samples, 5);
        Assert.True(error < most, $"Amari error × 100: {error}");
    }

    [Fact]
    public void Likelihood_with_estimated_densities_is_more_exact_than_FastICA()
    {
        double ours = Error(Separator.MinimumMutualInformation(), "bbb", 60_000, 9);
        double fastIca = Error(Separator.FastIca(), "bbb", 60_000, 9);
        Assert.True(ours < 0.9 * fastIca, $"{ours} {fastIca}");
    }

    [Fact]
    public void Sobi_separates_Gaussian_sources_of_different_color()
    {
        var random = new MersenneTwister(3);
        double[] memory = [0.95, 0.3, -0.7];
        Matrix<double> sources = Matrix<double>.Build.Dense(20_000, 3);
        for (int t = 1; t < sources.RowCount; t++)
        {
            for (int k = 0; k < 3; k++)
            {
                sources[t, k] = memory[k] * sources[t - 1, k] + Normal.Sample(random, 0, 1);
            }
        }

        Matrix<double> mixing = BachJordanDensities.Mixing(3, random);
        Unmixing unmixing = Separator.Sobi().Separate(sources * mixing.Transpose()).Unmixing;
        Matrix<double> product = unmixing.Matrix * mixing
            * Matrix<double>.Build.DenseOfDiagonalVector(
                sources.EnumerateColumns().Select(c => Math.Sqrt(c * c / c.Count)).ToArray() is var s
                ? Vector<double>.Build.Dense(s) : null);
        double error = 100.0 * SeparationQuality.AmariError(product);
        Assert.True(error < 4.0, $"Amari error × 100: {error}");
    }

    [Fact]
    public void The_number_of_sources_in_noise_is_found_by_its_description_length()
    {
        var random = new MersenneTwister(4);
        Matrix<double> sources = Matrix<double>.Build.Dense(5000, 3, (_, _) => Laplace.Sample(random, 0, 1));
        Matrix<double> mixing = Matrix<double>.Build.Dense(8, 3, (_, _) => Normal.Sample(random, 0, 1));
        Matrix<double> mixture = sources * mixing.Transpose()
            + Matrix<double>.Build.Dense(5000, 8, (_, _) => Normal.Sample(random, 0, 0.1));
        Whitening whitening = Whitening.Of(new MatrixSampleSource(mixture));
        Assert.Equal(3, SourceCount.MinimumDescriptionLength(whitening.Eigenvalues, 5000));
    }

    [Fact]
    public void Sources_are_stable_where_the_data_determine_them_and_Gaussian_ones_are_not()
    {
        var random = new MersenneTwister(6);
        Matrix<double> sources = Matrix<double>.Build.Dense(
            4000, 4, (_, k) => k < 2 ? Laplace.Sample(random, 0, 1) : Normal.Sample(random, 0, 1));
        Matrix<double> mixing = BachJordanDensities.Mixing(4, random);
        var samples = new MatrixSampleSource(sources * mixing.Transpose());
        SeparationResult result = Separator.FastIca().Separate(samples);
        Stability stability = Stability.Of(samples, result, run => Separator.FastIca(new FastIcaOptions
        {
            Seed = run + 1,
        }), 12);
        Matrix<double> product = (result.Unmixing.Matrix * mixing).PointwiseAbs();
        for (int k = 0; k < 4; k++)
        {
            bool isLaplace = product.Row(k).MaximumIndex() < 2;
            Assert.True(isLaplace == stability.Index[k] > 0.9, $"{k} {isLaplace} {stability.Index[k]}");
        }
    }

    [Theory]
    [InlineData("01")]
    [InlineData("02")]
    [InlineData("03")]
    [InlineData("05")]
    public void Bss_Eval_gives_the_published_figures(string number)
    {
        double[][] Signals(string folder) =>
        [
            .. Directory.GetFiles(Repository.Data("bss-eval", folder + number), "*.wav").Order()
                .Select(path => Recording.Read(path).Channel(0).ToArray().Select(x => (double)x).ToArray()),
        ];
        JsonElement expected = JsonDocument.Parse(File.ReadAllText(Repository.Data("bss-eval", $"output{number}.json")))
            .RootElement.GetProperty("Sources");
        BssEvalResult found = BssEval.Compare(Signals("ref"), Signals("est"));
        double[] Expected(string name) =>
            [.. expected.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
        Assert.Equal(Expected("Source permutation").Select(value => (int)value), found.Permutation);
        foreach ((string name, IReadOnlyList<double> values) in new[]
        {
            ("Source to Distortion", found.Sdr), ("Source to Interference", found.Sir),
            ("Source to Artifact", found.Sar),
        })
        {
            double worst = Expected(name).Zip(values, (a, b) => Math.Abs(a - b)).Max();
            Assert.True(worst < 1e-4, $"{name}: {worst} dB");
        }
    }

    public static TheoryData<string> Iterative() => ["fastica", "ml", "mi"];

    [Theory]
    [MemberData(nameof(Iterative))]
    public void From_a_start_a_method_ends_where_it_ends_from_nothing_and_sooner(string name)
    {
        Separator Method(Matrix<double>? start) => name switch
        {
            "fastica" => Separator.FastIca(new FastIcaOptions { Start = start, Tolerance = 1e-12 }),
            "ml" => Separator.MaximumLikelihood(new MaximumLikelihoodIcaOptions { Start = start, Tolerance = 1e-9 }),
            _ => Separator.MinimumMutualInformation(new MinimumMutualInformationOptions { Start = start }),
        };
        Matrix<double> mixture = Mixtures.Laplace(30_000, 3, 1) * Mixtures.WellConditioned(3, 2).Transpose();
        var fromNothing = Method(null).Separate(mixture);
        Matrix<double> answer = fromNothing.Unmixing.Matrix;
        Matrix<double> near = answer + 0.02 * answer.FrobeniusNorm() * Matrix<double>.Build.Random(3, 3, 4);
        var fromNear = Method(near).Separate(mixture);
        Assert.True(fromNear.IsConverged);
        Assert.True(fromNear.Iterations < fromNothing.Iterations, $"{fromNear.Iterations} {fromNothing.Iterations}");
        Assert.Equal(0.0, (fromNear.Unmixing.Matrix - answer).FrobeniusNorm() / answer.FrobeniusNorm(),
            name == "mi" ? 1e-3 : 1e-6);
        Assert.Throws<ArgumentException>(() => Method(near.SubMatrix(0, 2, 0, 3)).Separate(mixture));
        Assert.Throws<ArgumentException>(() => Method(Matrix<double>.Build.Dense(3, 3, 1.0)).Separate(mixture));
    }

    public static TheoryData<string> Blind() => ["fastica", "ml", "mi", "jade", "sobi"];

    [Theory]
    [MemberData(nameof(Blind))]
    public void The_objective_of_every_iteration_is_told_and_ends_better_than_it_began(string name)
    {
        // Autoregressive sources with heavy tails: every method can separate them.
        Matrix<double> sources = Mixtures.Laplace(30_000, 3, 1);
        for (int t = 1; t < sources.RowCount; t++)
        {
            for (int k = 0; k < 3; k++)
            {
                sources[t, k] += (0.3 - 0.3 * k) * sources[t - 1, k];
            }
        }

        Separator method = name switch
        {
            "fastica" => Separator.FastIca(),
            "ml" => Separator.MaximumLikelihood(),
            "mi" => Separator.MinimumMutualInformation(),
            "jade" => Separator.Jade(),
            _ => Separator.Sobi(),
        };
        SeparationResult result = method.Separate(sources * Mixtures.WellConditioned(3, 2).Transpose());
        Assert.Equal(result.Iterations, result.Objectives.Count);
        Assert.Equal(result.Iterations, result.Changes.Count);
        double sign = name == "fastica" ? -1.0 : 1.0;
        Assert.True(sign * result.Objectives[^1] <= sign * result.Objectives[0]);
        if (name is "ml" or "jade" or "sobi")
        {
            Assert.All(result.Objectives.Zip(result.Objectives.Skip(1)),
                pair => Assert.True(pair.Second <= pair.First + 1e-9));
        }

        if (name == "mi")
        {
            // What the method says it gained is what the spacings of its sources say.
            Matrix<double> y = sources * Mixtures.WellConditioned(3, 2).Transpose();
            Whitening whitening = Whitening.Of(new MatrixSampleSource(y));
            Matrix<double> white = y * whitening.Matrix.Transpose();
            double gained =
                Math4AI.Probability.MutualInformation.Change(white, result.Unmixing.Matrix * whitening.Inverse);
            Assert.Equal(gained, result.Objectives[^1], 0.02);
        }
    }
}
