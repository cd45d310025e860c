using Math4AI.Data.Tables;
using Math4AI.Probability;
using Math4AI.Probability.Information;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Probability;

/// <summary>What columns say about each other: counts with few samples, conditional information, many tests.</summary>
public sealed class TableInformationTests
{
    [Theory]
    [InlineData(2, 400)]
    [InlineData(30, 100)]
    [InlineData(300, 200)]
    public void The_entropy_of_counts_is_met_with_fewer_samples_than_values(int values, int samples)
    {
        const int Sets = 200;
        Estimate[] found = [.. Enumerable.Range(0, Sets).Select(set =>
        {
            var random = new MersenneTwister(set + 1);
            return Entropy.Discrete<int>([.. Enumerable.Range(0, samples).Select(_ => random.Next(values))]);
        })];
        double mean = found.Average(each => each.Value);
        double spread = Math.Sqrt(found.Average(each => Math.Pow(each.Value - mean, 2.0)));
        double error = found.Average(each => each.StandardError);

        // The mean of 200 sets is known to within three of its deviations.
        Assert.Equal(Math.Log(values), mean, error + 3.0 * spread / Math.Sqrt(Sets));

        // The jackknife's variance is never too small on average (B. Efron and C. Stein, Annals of Statistics 9, 1981).
        Assert.True(error > 0.95 * spread, $"{error} stated, {spread} seen");
    }

    [Fact]
    public void A_table_of_one_column_that_varies_is_refused_by_its_name()
    {
        var table = Table.OfNumbers([("x", [1.0, 2.0, 4.0, 3.0])]);
        Assert.Equal(
            "Two columns that vary are needed; there is 'x' alone.",
            Assert.Throws<ArgumentException>(() => new TableInformation().Of(table)).Message);
    }

    [Fact]
    public void The_entropy_of_one_value_is_none_and_that_of_samples_without_repetition_is_more_than_their_number_has()
    {
        Assert.Equal(0.0, Entropy.Discrete<string>(["a", "a", "a"]).Value, 1e-12);
        Assert.Equal(0.0, Entropy.Discrete<string>(["a"]).Value, 1e-12);
        Assert.True(Entropy.Discrete<int>([.. Enumerable.Range(0, 50)]).Value > Math.Log(50));
        Assert.Throws<ArgumentException>(() => Entropy.Discrete<int>([]));
    }

    [Fact]
    public void The_tail_of_unseen_values_is_the_same_by_both_of_its_forms()
    {
        // Σ (1 − A)ʲ/(m + j) by the logarithm, where its difference is not yet cancelled, and by the series.
        for (int once = 20; once <= 200; once += 20)
        {
            int[] counts = [.. Enumerable.Repeat(1, once), .. Enumerable.Repeat(2, 30), .. Enumerable.Repeat(3, 20)];
            double n = counts.Sum(), m = n - 1.0, share = 60.0 / (m * once + 60.0), tail = 0.0;
            for (int j = 1; j < 200_000; j++)
            {
                tail += Math.Pow(1.0 - share, j) / (m + j);
            }

            double seen = counts.Sum(c => c / n * (MathNet.Numerics.SpecialFunctions.DiGamma(n)
                - MathNet.Numerics.SpecialFunctions.DiGamma(c)));
            Assert.Equal(seen + once / n * tail, new CountedEntropy(counts).Value, 1e-9);
        }
    }

    [Fact]
    public void Independent_classes_with_more_pairs_than_samples_have_nearly_no_information()
    {
        const int Sets = 60;
        Estimate[] found = [.. Enumerable.Range(0, Sets).Select(set =>
        {
            var random = new MersenneTwister(1000 + set);
            int[] Draw() => [.. Enumerable.Range(0, 200).Select(_ => random.Next(98))];
            return MutualInformation.Discrete(Draw(), Draw());
        })];
        double mean = found.Average(each => each.Value), error = found.Average(each => each.StandardError);
        Assert.Equal(0.0, mean, error);
        Assert.True(Math.Abs(mean) < 0.4, $"{mean}");
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.7)]
    public void Conditional_information_of_Gaussians_is_that_of_their_partial_correlation(double partial)
    {
        // X = Z + a, Y = Z + b, with a and b of this correlation.
        var random = new MersenneTwister(1);
        const int Samples = 3000;
        double[][] columns = [new double[Samples], new double[Samples], new double[Samples]];
        for (int i = 0; i < Samples; i++)
        {
            double z = Normal.Sample(random, 0.0, 1.0), a = Normal.Sample(random, 0.0, 1.0);
            double b = partial * a + Math.Sqrt(1.0 - partial * partial) * Normal.Sample(random, 0.0, 1.0);
            (columns[0][i], columns[1][i], columns[2][i]) = (z + a, z + b, z);
        }

        Estimate found = MutualInformation.Conditional(Column(columns[0]), Column(columns[1]), Column(columns[2]));
        double expected = -0.5 * Math.Log(1.0 - partial * partial);
        Assert.Equal(expected, found.Value, 3.0 * found.StandardError + 0.02);
        Assert.True(MutualInformation.Ksg(Column(columns[0]).Append(Column(columns[1]))).Value > expected + 0.1);
    }

    [Fact]
    public void What_two_columns_share_through_a_third_is_gone_where_it_is_given()
    {
        Table table = Chain(400);
        var method = new TableInformation { Permutations = 99 };
        InformationTable all = method.Of(table), given = (method with { Given = "z" }).Of(table);
        PairInformation Pair(InformationTable of, string first, string second) =>
            of.Pairs.Single(pair => pair.First == first && pair.Second == second);
        Assert.True(Pair(all, "x", "y").Information.Value > 0.3);
        Assert.InRange(Pair(all, "x", "y").PValue, 1e-10, 0.01);
        Assert.Equal(0.0, Pair(given, "x", "y").Information.Value, 0.06);
        Assert.True(Pair(given, "x", "y").PValue > 0.02);
        Assert.Equal(["x", "y", "noise", "class", "group"], given.Columns);
        Assert.Equal("counts", Pair(all, "class", "group").Estimator);
        Assert.True(Pair(all, "class", "group").Adjusted <= 0.05);
        Assert.True(Pair(all, "noise", "group").PValue > 0.01);
        Assert.Equal("name", Assert.Single(all.LeftOut).Name);
        double[,] matrix = all.ToMatrix();
        Assert.Equal(matrix[0, 1], matrix[1, 0]);
        Assert.Contains("no column 'w'", Assert.Throws<ArgumentException>(() =>
            (method with { Given = "w" }).Of(table)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rising_maps_of_columns_change_no_bit_of_their_information()
    {
        // Information does not change with them; in the unit of a few far numbers the rest would be one point.
        var random = new MersenneTwister(9);
        const int Samples = 300;
        double[] x = [.. Enumerable.Range(0, Samples).Select(_ => Normal.Sample(random, 0.0, 1.0))];
        double[] y = [.. x.Select(value => 0.7 * value + Math.Sqrt(0.51) * Normal.Sample(random, 0.0, 1.0))];
        double[] income = [.. x.Select(value => Math.Exp(8.0 * value))], far = [.. y.Select(value => value + 1e6)];
        InformationTable found = new TableInformation { Permutations = 19 }.Of(
            Table.OfNumbers([("x", x), ("y", y), ("income", income), ("far", far)]));
        Estimate Of(string first, string second) =>
            found.Pairs.Single(pair => (pair.First, pair.Second) == (first, second)).Information;
        Assert.Equal(-0.5 * Math.Log(0.51), Of("x", "y").Value, 3.0 * Of("x", "y").StandardError);
        Assert.Equal(Of("x", "y"), Of("income", "far"));
        Assert.Equal(Of("x", "y").Value, Of("y", "income").Value, 1e-12);
    }

    [Fact]
    public void The_error_of_columns_with_ties_holds_their_bias()
    {
        var random = new MersenneTwister(4);
        const int Samples = 120;
        double[] x = [.. Enumerable.Range(0, Samples).Select(_ => (double)random.Next(30))];
        double[] y = [.. x.Select(value => value + random.Next(8))];
        double[] untied = [.. x.Select(value => value + random.NextDouble())];
        InformationTable found = new TableInformation { Permutations = 1 }.Of(
            Table.OfNumbers([("x", x), ("y", y), ("untied", untied)]));
        Estimate of = MutualInformation.Ksg(Column(PairSamples.Scores(x)).Append(Column(PairSamples.Scores(y))));
        PairInformation pair = found.Pairs.Single(each => (each.First, each.Second) == ("x", "y"));
        Assert.Equal(of.Value, pair.Information.Value);
        Assert.Equal(of.StandardError, pair.Information.StandardError, 1e-15);
        Assert.Equal(of.Bias, pair.Information.Bias, 1e-15);
        Assert.True(pair.Information.Bias > 0.0 && pair.Information.Error > pair.Information.StandardError);
    }

    [Fact]
    public void A_dependent_pair_among_many_columns_is_found_by_few_permutations()
    {
        // The least p-value of 99 permutations is 0.01, and 66 pairs would need 0.0008.
        const int Rows = 60;
        var random = new MersenneTwister(12);
        double[][] columns = [.. Enumerable.Range(0, 11).Select(_ => new double[Rows])];
        foreach (double[] column in columns)
        {
            Normal.Samples(random, column, 0.0, 1.0);
        }

        double[] near = [.. columns[0].Select(x => x + 0.3 * random.NextDouble())];
        InformationTable found = new TableInformation { Permutations = 99 }.Of(Table.OfNumbers(
            [.. columns.Select((column, j) => ($"c{j}", column)), ("near", near)]));
        Assert.Equal(
            [("c0", "near")],
            found.Pairs.Where(pair => pair.Adjusted <= 0.05).Select(pair => (pair.First, pair.Second)));
        Assert.DoesNotContain("permutations", found.Note ?? string.Empty, StringComparison.Ordinal);
    }

    [Fact]
    public void Independent_columns_are_found_at_the_rate_of_the_test()
    {
        const int Sets = 60;
        int found = 0;
        for (int set = 0; set < Sets; set++)
        {
            var random = new MersenneTwister(set + 1);
            var table = Table.OfNumbers([
                ("x", [.. Enumerable.Range(0, 60).Select(_ => random.NextDouble())]),
                ("y", [.. Enumerable.Range(0, 60).Select(_ => (double)random.Next(4))]),
            ]);
            found += new TableInformation { Permutations = 39, Seed = set }.Of(table).Pairs[0].PValue <= 0.1 ? 1 : 0;
        }

        // Binomial: 60 at 10 %; more than 13 come in 0.3 % of cases.
        Assert.InRange(found, 1, 13);
    }

    [Fact]
    public void Probabilities_of_many_tests_are_those_of_Benjamini_and_Hochberg()
    {
        double[] adjusted = FalseDiscoveries.Adjusted([0.01, 0.04, 0.03, 0.5]);
        Assert.Equal([0.04, 0.16 / 3.0, 0.16 / 3.0, 0.5], adjusted.Select(p => Math.Round(p, 12)),
            (expected, actual) => Math.Abs(expected - actual) < 1e-9);
        Assert.Throws<ArgumentException>(() => FalseDiscoveries.Adjusted([1.5]));
    }

    [Fact]
    public void A_canceled_estimate_stops_and_a_running_one_says_how_far_it_is()
    {
        var random = new MersenneTwister(1);
        Matrix<double> samples = Matrix<double>.Build.Dense(5000, 2, (_, _) => random.NextDouble());
        var told = new Told();
        double silent = MutualInformation.Ksg(samples);
        Assert.Equal(silent, MutualInformation.Ksg(samples, progress: told).Value);
        Assert.Equal(1.0, told.Shares.Max());
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => MutualInformation.Ksg(samples, cancellation: stop.Token));
    }

    private static readonly string[] Names = ["x", "y", "z", "noise", "class", "group", "name"];

    private static Matrix<double> Column(double[] values) => Matrix<double>.Build.Dense(values.Length, 1, values);

    /// <summary>x and y depend on z, group on class, noise on nothing.</summary>
    private static Table Chain(int rows)
    {
        var random = new MersenneTwister(7);
        string?[][] cells = [.. Enumerable.Range(0, 7).Select(_ => new string?[rows])];
        for (int row = 0; row < rows; row++)
        {
            double z = Normal.Sample(random, 0.0, 1.0);
            int of = random.Next(4);
            string Text(double value) => FormattableString.Invariant($"{value:R}");
            string?[] values =
            [
                Text(z + 0.4 * Normal.Sample(random, 0.0, 1.0)),
                Text(z * z + z + 0.4 * Normal.Sample(random, 0.0, 1.0)),
                Text(z), Text(random.NextDouble()), "c" + of, "g" + (random.Next(3) == 0 ? random.Next(3) : of % 3),
                "name " + row,
            ];
            for (int j = 0; j < values.Length; j++)
            {
                cells[j][row] = values[j];
            }
        }

        return Table.OfTexts([.. Names.Select((name, j) => (name, cells[j]))]);
    }

    private sealed class Told : IProgress<double>
    {
        private readonly System.Collections.Concurrent.ConcurrentBag<double> shares = [];

        public IEnumerable<double> Shares => shares;

        public void Report(double value) => shares.Add(value);
    }
}
