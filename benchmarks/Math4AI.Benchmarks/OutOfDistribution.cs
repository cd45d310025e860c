using System.Globalization;
using Math4AI.Data.Images;
using Math4AI.Data.Tables;
using Math4AI.Features;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Uncertain;
using Math4AI.Training.Scoring;
using MathNet.Numerics.LinearAlgebra;
using SkiaSharp;

namespace Math4AI.Benchmarks;

/// <summary>
/// Samples that are none of the classes: how well scores tell them from test samples, as the area under the curve
/// (AUROC). Digits against letters, drawn as the digits were scanned; Fashion-MNIST against the digits.
/// </summary>
internal static class OutOfDistribution
{
    private const int Side = 28;

    /// <param name="words">The folder with the digits, and the folder of Fashion-MNIST; or the first alone.</param>
    public static int Run(string[] words)
    {
        string digits = Path.Combine(words[0], "digits");
        string fashion = words.Length > 1 ? words[1] : "/usr/share/datasets/fashion-mnist";
        Console.WriteLine("| learned | unlike | networks | accuracy | entropy | disagreement | distance in the "
            + "network's features | in the inputs |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        (Matrix<double> x, int[] of) = ReadDigits(Path.Combine(digits, "optdigits.tra"));
        (Matrix<double> test, int[] truth) = ReadDigits(Path.Combine(digits, "optdigits.tes"));
        Compare("digits", "letters", x, of, test, truth, Letters(), 2000);
        if (Directory.Exists(fashion))
        {
            CompareFashion(fashion, test);
        }

        return 0;
    }

    private static void CompareFashion(string folder, Matrix<double> digits)
    {
        const int Learned = 10_000, Tested = 2000;
        ImageSet train = ImageSet.Read(Path.Combine(folder, "train-images-idx3-ubyte.gz"))
            .Select([.. Enumerable.Range(0, Learned)]);
        ImageSet test = ImageSet.Read(Path.Combine(folder, "t10k-images-idx3-ubyte.gz"))
            .Select([.. Enumerable.Range(0, Tested)]);
        FittedFeatures<ImageSet> features = ImageFeatures.Names.Parse("hog:9:7").Fit(train);
        float[] pixels = [.. digits.EnumerateRows().SelectMany(Enlarged)];
        var others = ImageSet.Of(1, Side, Side, pixels, new int[digits.RowCount], test.Classes);
        Compare("Fashion-MNIST", "digits", features.Apply(train), train.Labels, features.Apply(test), test.Labels,
            features.Apply(others), 2500);
    }

    private static void Compare(
        string learned, string unlike, Matrix<double> x, int[] of, Matrix<double> test, int[] truth,
        Matrix<double> others, int steps)
    {
        (x, test, others) = Standardized(x, test, others);
        LearnerSamples samples = LearnerSamples.Of(x, of, of.Max() + 1);
        foreach (NetworkUncertainty way in (NetworkUncertainty[])
            [NetworkUncertainty.Ensemble, NetworkUncertainty.Dropout, NetworkUncertainty.Laplace])
        {
            var learner = new NetworkLearner { Uncertainty = way, Steps = steps, Hidden = [64, 64] };
            var fit = (UncertainNetworkFit)learner.Fit(samples);
            Matrix<double> found = fit.PredictRows(test).Values, foreign = fit.PredictRows(others).Values;
            var inner = FeatureDistance.Of(fit.Features(x), of);
            var outer = FeatureDistance.Of(x, of);
            double right = truth.Where((k, i) => found.Row(i).MaximumIndex() == k).Count() / (double)truth.Length;
            double[] areas =
            [
                Area([.. found.EnumerateRows().Select(EntropyOf)], [.. foreign.EnumerateRows().Select(EntropyOf)]),
                Area(fit.Disagreement(test), fit.Disagreement(others)),
                Area(inner.Score(fit.Features(test)), inner.Score(fit.Features(others))),
                Area(outer.Score(test), outer.Score(others)),
            ];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {learned} | {unlike} | {way} | {right:0.000} | ")
                + string.Join(" | ", areas.Select(area => area.ToString("0.000", CultureInfo.InvariantCulture)))
                + " |");
        }
    }

    private static double Area(double[] known, double[] unlike) => Scores.RocAuc(
        [.. known.Concat(unlike).Select(score => (double[])[-score, score])],
        [.. known.Select(_ => 0).Concat(unlike.Select(_ => 1))]);

    private static double EntropyOf(Vector<double> p) =>
        -p.Where(each => each > 0.0).Sum(each => each * Math.Log(each));

    private static (Matrix<double> X, Matrix<double> Test, Matrix<double> Others) Standardized(
        Matrix<double> x, Matrix<double> test, Matrix<double> others)
    {
        double[] means = [.. x.ColumnSums() / x.RowCount];
        double[] scales = [.. x.EnumerateColumns().Select((column, j) =>
            Math.Max(0.1, Math.Sqrt(column.Average(value => (value - means[j]) * (value - means[j])))))];
        Matrix<double> Of(Matrix<double> m) =>
            m.MapIndexed((_, j, value) => (value - means[j]) / scales[j], Zeros.Include);
        return (Of(x), Of(test), Of(others));
    }

    private static (Matrix<double> Pixels, int[] Digits) ReadDigits(string path)
    {
        var table = Table.Read(path);
        string[] pixels = [.. table.Names.Take(table.Names.Count - 1)];
        return (
            Matrix<double>.Build.DenseOfColumnArrays(pixels.Select(table.Numbers)),
            Array.ConvertAll(table.Numbers(table.Names[^1]), value => (int)value));
    }

    /// <summary>
    /// Capital letters of several typefaces at 32 × 32, of which each block of 4 × 4 is the number of its dark pixels,
    /// as the digits were made. Those that are written like a digit (B, I, O, Q, S, Z) are left out.
    /// </summary>
    private static Matrix<double> Letters()
    {
        const int Size = 32, Block = 4, Threshold = 128;
        var rows = new List<double[]>();
        foreach (string family in (string[])["DejaVu Sans", "DejaVu Serif", "Liberation Sans", "Liberation Mono"])
        {
            foreach (SKFontStyle style in (SKFontStyle[])[SKFontStyle.Normal, SKFontStyle.Bold, SKFontStyle.Italic])
            {
                using var typeface = SKTypeface.FromFamilyName(family, style);
                using var font = new SKFont(typeface, 36.0f);
                using var paint = new SKPaint { Color = SKColors.White, IsAntialias = true };
                foreach (char letter in "ACDEFGHJKLMNPRTUVWXY")
                {
                    using var bitmap = new SKBitmap(Size, Size, SKColorType.Gray8, SKAlphaType.Opaque);
                    using var canvas = new SKCanvas(bitmap);
                    canvas.Clear(SKColors.Black);
                    font.MeasureText($"{letter}", out SKRect box, paint);
                    canvas.Translate(Size / 2.0f, Size / 2.0f);
                    canvas.Scale((Size - 4) / box.Width, (Size - 2) / box.Height);
                    canvas.DrawText($"{letter}", -box.MidX, -box.MidY, SKTextAlign.Left, font, paint);
                    double[] row = new double[Size / Block * (Size / Block)];
                    for (int i = 0; i < Size * Size; i++)
                    {
                        (int y, int x) = (i / Size, i % Size);
                        row[y / Block * (Size / Block) + x / Block] +=
                            bitmap.GetPixel(x, y).Red >= Threshold ? 1.0 : 0.0;
                    }

                    rows.Add(row);
                }
            }
        }

        return Matrix<double>.Build.DenseOfRowArrays(rows);
    }

    /// <summary>A digit of 8 × 8 in 28 × 28, between its pixels along lines.</summary>
    private static IEnumerable<float> Enlarged(Vector<double> digit)
    {
        const int Small = 8;
        const double Largest = 16.0;
        for (int i = 0; i < Side * Side; i++)
        {
            double y = (i / Side + 0.5) * Small / Side - 0.5, x = (i % Side + 0.5) * Small / Side - 0.5;
            (int top, int left) = ((int)Math.Floor(y), (int)Math.Floor(x));
            double At(int row, int column) =>
                digit[Math.Clamp(row, 0, Small - 1) * Small + Math.Clamp(column, 0, Small - 1)] / Largest;
            double down = y - top, across = x - left;
            yield return (float)((1.0 - down) * ((1.0 - across) * At(top, left) + across * At(top, left + 1))
                + down * ((1.0 - across) * At(top + 1, left) + across * At(top + 1, left + 1)));
        }
    }
}
