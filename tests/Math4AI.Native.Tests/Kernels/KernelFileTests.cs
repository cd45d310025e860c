using Math4AI.Data.Models;
using Math4AI.Kernels;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Kernels.Machines;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Kernels;

public sealed class KernelFileTests : TemporaryFolder
{
    private string Saved => In("model");

    private static Matrix<double> Inputs(int count, int seed = 1)
    {
        var random = new Random(seed);
        return Matrix<double>.Build.Dense(count, 3, (_, column) => (column + 1) * random.NextDouble());
    }

    private static Vector<double> Targets(Matrix<double> x) =>
        Vector<double>.Build.Dense(x.RowCount, i => Math.Sin(3.0 * x[i, 0]) + x[i, 1] * x[i, 2] + 0.01 * (i % 7));

    private static int[] Classes(Matrix<double> x) =>
        [.. Enumerable.Range(0, x.RowCount).Select(i => x[i, 1] + x[i, 0] > 1.8 ? 7 : x[i, 2] > 1.5 ? 3 : -1)];

    private static void AreTheSame(Matrix<double> expected, Matrix<double> found) =>
        Assert.Equal(expected.ToColumnMajorArray(), found.ToColumnMajorArray());

    [Theory]
    [InlineData("rbf(0.5)")]
    [InlineData("(2.5 * matern52(0.1, 0.30000000000000004, 7))")]
    [InlineData("((rational-quadratic(1.5, 0.2) * periodic(1, 0.3)[0]) + (white(1E-06) + (linear(2) * polynomial(3, "
        + "0.1)[1,2])))")]
    [InlineData("(matern12(1) + (3 * (matern32(2) + rbf(1))))")]
    public void A_formula_and_its_kernel_are_the_same_to_the_last_digit(string formula)
    {
        Kernel kernel = Kernel.Parse(formula);
        Assert.Equal(formula, kernel.Formula);
        AreTheSame(kernel.Gram(Inputs(5)), Kernel.Parse(kernel.Formula).Gram(Inputs(5)));
    }

    [Fact]
    public void A_formula_reads_like_the_algebra()
    {
        Kernel written = Kernel.Parse("2*rbf(0.5)[0,2] + periodic + (linear+white(0.1))*matern32");
        Kernel built = 2.0 * Kernel.Rbf(0.5).On(0, 2) + Kernel.Periodic(1.0)
            + (Kernel.Linear() + Kernel.White(0.1)) * Kernel.Matern32(1.0);
        AreTheSame(built.Gram(Inputs(6)), written.Gram(Inputs(6)));
    }

    [Theory]
    [InlineData("rbf(", "its end")]
    [InlineData("rbf(-1)", "positive")]
    [InlineData("fbr(1)", "There is no kernel 'fbr'")]
    [InlineData("rbf 2", "'2'")]
    [InlineData("", "its end")]
    [InlineData("rbf[1.5]", "whole numbers")]
    [InlineData("rbf(0.5)[age]", "names the column 'age'")]
    [InlineData("periodic(1,2,3)", "at most 2")]
    [InlineData("polynomial(0.5)", "whole number")]
    public void What_is_no_kernel_is_refused_with_the_place(string formula, string expected) =>
        Assert.Contains(
            expected, Assert.Throws<FormatException>(() => Kernel.Parse(formula)).Message, StringComparison.Ordinal);

    [Fact]
    public void Brackets_in_brackets_end_in_a_sentence_and_not_in_a_crash() =>
        Assert.Throws<FormatException>(() => Kernel.Parse(new string('(', 100_000)));

    [Fact]
    public void A_classifier_that_was_saved_predicts_the_same_bits()
    {
        Matrix<double> x = Inputs(120), ahead = Inputs(40, seed: 2);
        SupportVectorClassifierFit fit = new SupportVectorClassifier { HasProbabilities = true }.Fit(x, Classes(x));
        fit.Save(Saved);
        SupportVectorClassifierFit read = SupportVectorClassifierFit.Load(Saved);
        AreTheSame(fit.Decide(ahead), read.Decide(ahead));
        AreTheSame(fit.Probabilities(ahead), read.Probabilities(ahead));
        Assert.Equal(fit.Predict(ahead), read.Predict(ahead));
        Assert.Equal(fit.SupportVectors, read.SupportVectors);
        Assert.Equal(fit.Machines[1].ToString(), read.Machines[1].ToString());
    }

    [Fact]
    public void A_regressor_that_was_saved_predicts_the_same_bits_also_without_support_vectors()
    {
        Matrix<double> x = Inputs(60);
        foreach (double width in (double[])[0.1, 100.0])
        {
            SupportVectorFit fit = new SupportVectorRegressor { Width = width }.Fit(x, Targets(x));
            fit.Save(Saved, replace: true);
            SupportVectorFit read = SupportVectorFit.Load(Saved);
            Assert.Equal(fit.Predict(x), read.Predict(x));
            Assert.Equal(fit.SupportVectors, read.SupportVectors);
        }
    }

    [Fact]
    public void Ridge_and_process_that_were_saved_predict_the_same()
    {
        Matrix<double> x = Inputs(80), ahead = Inputs(20, seed: 3);
        KernelRidgeFit ridge = new KernelRidge { Kernel = Kernel.Rbf(0.7), Penalty = 0.1 }.Fit(x, Targets(x));
        ridge.Save(Saved);
        AreTheSame(ridge.Predict(ahead), KernelRidgeFit.Load(Saved).Predict(ahead));
        GaussianProcessFit process = new GaussianProcess
        {
            Starts = 1,
            NoiseSlopes = [0.0, 0.0, 0.0],
            Mean = Math4AI.Fitting.Models.Model.FromFormula("a*u + b*w", "u", "v", "w"),
        }.Fit(x, Targets(x));
        process.Save(Saved, replace: true);
        GaussianProcessFit read = GaussianProcessFit.Load(Saved);
        Assert.Equal(process.Predict(ahead).Mean, read.Predict(ahead).Mean);
        Assert.Equal(process.Predict(ahead).Deviation, read.Predict(ahead).Deviation);
        Assert.Equal(process.ToString(), read.ToString());
    }

    [Fact]
    public void A_folder_opens_as_what_it_is_and_predicts_from_a_file()
    {
        Matrix<double> x = Inputs(50);
        GaussianProcessFit process = new GaussianProcess { Starts = 1 }.Fit(x, Targets(x));
        process.Save(Saved);
        string rows = In("rows.csv");
        File.WriteAllLines(
            rows, ["a,b,c", .. x.EnumerateRows().Select(row => string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"{row[0]:R},{row[1]:R},{row[2]:R}"))]);
        FilePredictions found = ((IFilePredictor)ModelFolder.Open(Saved)).PredictFile(rows);
        Assert.Equal(process.Predict(x).Mean.ToArray(), found.Values.Select(row => row[0]));
        Assert.Equal(process.Predict(x).Deviation.ToArray(), found.Deviations);
        Assert.Contains("'gaussian-process'",
            Assert.Throws<InvalidDataException>(() => KernelRidgeFit.Load(Saved)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "exists already", Assert.Throws<IOException>(() => process.Save(Saved)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_version_and_damaged_files_are_refused_in_a_sentence()
    {
        Matrix<double> x = Inputs(40);
        new SupportVectorClassifier().Fit(x, Classes(x)).Save(Saved);
        string about = Path.Combine(Saved, "model.json"), text = File.ReadAllText(about);
        void Refuses(string json, string expected)
        {
            File.WriteAllText(about, json);
            Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => ModelFolder.Open(Saved)).Message,
                StringComparison.Ordinal);
        }

        Refuses(text.Replace("\"version\": 1", "\"version\": 99"), "newer Math4AI.Native");
        Refuses(text.Replace("rbf(", "fbr("), "There is no kernel 'fbr'");
        Refuses(text.Replace("\"second\": 2", "\"second\": 9"), "no description");
        Refuses(text.Replace("\"kernel\"", "\"colonel\""), "no description");
        File.WriteAllText(about, text);
        string arrays = Path.Combine(Saved, "model.safetensors");
        File.WriteAllBytes(arrays, File.ReadAllBytes(arrays)[..^8]);
        Assert.Throws<InvalidDataException>(() => ModelFolder.Open(Saved));
    }

    [Fact]
    public void A_kernel_that_is_a_function_is_refused_and_leaves_no_file()
    {
        Matrix<double> x = Inputs(20);
        Kernel own = Kernel.Of(["log c"], [0.0], (a, b, theta) => theta.exp() * a.matmul(b.T));
        KernelRidgeFit fit = new KernelRidge { Kernel = own }.Fit(x, Targets(x));
        Assert.Contains("KernelNames.Add", Assert.Throws<NotSupportedException>(() => fit.Save(Saved)).Message,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(Saved));
    }

    [Fact]
    public void A_kernel_of_ones_own_is_saved_by_its_name()
    {
        KernelNames.Add("doubled-linear", numbers => new DoubledLinear(numbers.Count > 0 ? numbers[0] : 1.0));
        Matrix<double> x = Inputs(20);
        KernelRidgeFit fit = new KernelRidge { Kernel = new DoubledLinear(0.3) + Kernel.Rbf(1.0) }.Fit(x, Targets(x));
        fit.Save(Saved);
        AreTheSame(fit.Predict(x), KernelRidgeFit.Load(Saved).Predict(x));
        Assert.Throws<ArgumentException>(() => KernelNames.Add("rbf", _ => Kernel.Rbf(1.0)));
        Assert.Throws<ArgumentException>(() => KernelNames.Add("my kernel", _ => Kernel.Rbf(1.0)));
    }

    /// <summary>k = 2 (x·x′) + c, by public members alone.</summary>
    private sealed class DoubledLinear(double offset) : Kernel
    {
        public override IReadOnlyList<string> ParameterNames => ["log offset"];

        public override IReadOnlyList<double> Parameters => [Math.Log(offset)];

        public override string Formula =>
            $"doubled-linear({offset.ToString("R", System.Globalization.CultureInfo.InvariantCulture)})";

        public override string ToString() => "doubled linear";

        protected override Kernel WithParameters(ReadOnlySpan<double> parameters) =>
            new DoubledLinear(Math.Exp(parameters[0]));

        protected internal override void Fill(KernelSamples samples, KernelSamples others, GramMatrix gram) =>
            gram.FillColumns(ReferenceEquals(samples, others), (column, firstRow, values, _) =>
            {
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = offset + 2.0 * Enumerable.Range(0, samples.Inputs)
                        .Sum(input => samples.Column(input)[firstRow + i] * others.Column(input)[column]);
                }
            });

        protected internal override void FillDiagonal(KernelSamples samples, Span<double> diagonal)
        {
            for (int i = 0; i < diagonal.Length; i++)
            {
                double sum = 0.0;
                for (int input = 0; input < samples.Inputs; input++)
                {
                    sum += samples.Column(input)[i] * samples.Column(input)[i];
                }

                diagonal[i] = offset + 2.0 * sum;
            }
        }

        protected internal override void AddGradient(
            KernelSamples samples, GramMatrix weights, Span<double> gradient) =>
            weights.SumColumns(
                gradient, (column, _, sums) => sums[0] += offset * weights.Column(column).ToArray().Sum());
    }
}
