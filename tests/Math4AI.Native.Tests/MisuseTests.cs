using Math4AI.Audio;
using Math4AI.Fitting;
using Math4AI.Fitting.Linear;
using Math4AI.Fitting.Models;
using Math4AI.Separation;
using Math4AI.Training;
using Math4AI.Training.Networks;
using MathNet.Numerics.LinearAlgebra;
using static TorchSharp.torch;

namespace Math4AI.Tests;

/// <summary>What people get wrong first: the answer is one sentence, with what was given and what is taken.</summary>
[Collection(Math4AI.Tests.Training.TorchGenerator.Name)]
public sealed class MisuseTests : TemporaryFolder
{
    [Fact]
    public void Inputs_of_another_width_are_refused_with_both_shapes()
    {
        using var scope = NewDisposeScope();
        RefusedWith(() => new Mlp(4, [3], 2).forward(zeros(5, 3)), "(5, 3)", "(samples, 4)");
        RefusedWith(
            () => new ConvNet(1, 8, 8, 2).forward(zeros(5, 1, 8, 9)), "(5, 1, 8, 9)", "(samples, 1, 8, 8)");
        RefusedWith(
            () => new CharTransformer(7, 8, 1, 1, 4).forward(zeros(2, 9, int64)), "(2, 9)", "(texts, 8 symbols");
    }

    [Fact]
    public void A_training_on_inputs_of_another_width_is_refused_with_both_shapes()
    {
        using var scope = NewDisposeScope();
        double[][] rows = [.. Enumerable.Range(0, 20).Select(i => new double[] { i, 1.0 })];
        double[][] targets = [.. Enumerable.Range(0, 20).Select(i => new double[] { 2.0 * i })];
        TrainingData data = TrainingData.FromArrays(rows, targets);
        RefusedWith(() => Trainer.Fit(nn.Linear(4, 1), Loss, data, data), "4x1", "(20, 2)");
        RefusedWith(() => Trainer.Fit(new Mlp(4, [3], 1), Loss, data, data), "(20, 2)", "(samples, 4)");
    }

    [Fact]
    public void Three_samples_are_too_few_for_a_separation_and_that_is_said()
    {
        Matrix<double> three = Matrix<double>.Build.DenseOfArray(new[,] { { 1.0, 2.0 }, { 0.5, -1.0 }, { 2.0, 0.3 } });
        Separator[] all = [Separator.FastIca(), Separator.MaximumLikelihood(), Separator.MinimumMutualInformation(),
            Separator.Jade()];
        Assert.All(all, separator => Assert.Contains(separator.Separate(three).Notes, note =>
            note.StartsWith("There are 3 samples of 2 channels, and ", StringComparison.Ordinal)));
        RefusedWith(() => Separator.Sobi().Separate(three), "3 samples");
    }

    [Fact]
    public void A_prediction_from_what_is_no_number_is_refused_with_row_and_column()
    {
        Matrix<double> x = Matrix<double>.Build.Dense(20, 2, (i, j) => j == 0 ? i : Math.Sin(i));
        FitResult fit = new FitProblem
        {
            Model = Model.FromFormula("a*x + b*z", "x", "z"),
            Inputs = x,
            Targets = Vector<double>.Build.Dense(20, i => 2.0 * x[i, 0] - x[i, 1] + 0.1 * Math.Cos(7.0 * i)),
        }.Fit(new Dictionary<string, double> { ["a"] = 1.0, ["b"] = 1.0 });
        foreach (double value in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
        {
            Matrix<double> odd = x.Clone();
            odd[3, 1] = value;
            RefusedWith(() => fit.Predict(odd), "row 4", "column 2");
            RefusedWith(() => new RidgeRegression().Fit(x, x.Column(0)).Predict(odd), "row 4", "column 2");
        }
    }

    [Fact]
    public void A_recording_has_the_format_of_its_ending_and_another_ending_is_refused()
    {
        var sound = new Recording([[0.5f, -0.25f, 0.125f, 0f]], 8000);
        RefusedWith(() => Save("x.xyz"), "x.xyz", ".wav, .flac, .aiff or .ogg");
        RefusedWith(() => Save("sound"), ".wav, .flac, .aiff or .ogg");
        Assert.Empty(Names());
        foreach ((string ending, AudioContainer container) in new[]
        {
            (".wav", AudioContainer.Wav), (".FLAC", AudioContainer.Flac), (".aiff", AudioContainer.Aiff),
            (".ogg", AudioContainer.Ogg),
        })
        {
            sound.Save(In("x" + ending));
            Assert.Equal(container, Recording.Read(In("x" + ending)).Format.Container);
        }

        // Who names the format may name the file as he likes.
        sound.Save(In("x.xyz"), AudioFormat.WavFloat32);
        Assert.Equal(4, Recording.Read(In("x.xyz")).Length);

        object Save(string name)
        {
            sound.Save(In(name));
            return sound;
        }
    }

    [Fact]
    public void What_is_null_is_named()
    {
        Assert.Throws<ArgumentNullException>(() => Separator.FastIca().Separate((Matrix<double>)null!));
        Assert.Throws<ArgumentNullException>(() => Separator.FastIca().Separate((Recording)null!));
        Assert.Throws<ArgumentNullException>(() => Model.FromFormula(null!, "x"));
        Assert.Throws<ArgumentNullException>(() => new FitProblem
        {
            Model = null!,
            Inputs = Matrix<double>.Build.Dense(5, 1),
            Targets = Vector<double>.Build.Dense(5),
        }.Fit(new Dictionary<string, double> { ["a"] = 1.0 }));
        TrainingData data = TrainingData.FromArrays([[1.0]], [[1.0]]);
        Assert.Throws<ArgumentNullException>(() => Trainer.Fit((nn.Module<Tensor, Tensor>)null!, Loss, data, data));
        Assert.Throws<ArgumentNullException>(() => new Mlp(2, [2], 1).forward(null!));
    }

    [Fact]
    public void Targets_have_samples_and_columns_and_are_printed()
    {
        FitTargets targets = Matrix<double>.Build.DenseOfArray(new[,] { { 1.0, 4.0 }, { 2.0, 5.0 }, { 3.0, 6.5 } });
        Assert.Equal(5.0, targets[1, 1]);
        targets[1, 1] = 7.0;
        Assert.Equal(7.0, targets[4]);
        Assert.Contains("6.5", targets.ToString(), StringComparison.Ordinal);
        Assert.Contains("3x2", targets.ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => targets[3, 0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => targets[0, 2]);
        FitTargets one = Vector<double>.Build.Dense([1.0, 2.5]);
        Assert.Equal(2.5, one[1, 0]);
        Assert.Contains("2.5", one.ToString(), StringComparison.Ordinal);
    }

    private static Tensor Loss(Tensor output, Tensor target) => nn.functional.mse_loss(output, target);

    private static void RefusedWith(Func<object> call, params string[] words)
    {
        Exception? refused = Record.Exception(() => call());
        Assert.IsType<ArgumentException>(refused, exactMatch: false);
        Assert.DoesNotContain("frame #", refused.Message, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
    }
}
