using Math4AI.Data.Images;
using Math4AI.Reporting;
using Math4AI.Training.Explanations;

namespace Math4AI.Cli.Training;

/// <summary>Where a model of images looks, for the images that its report shows.</summary>
internal static class ImageLooks
{
    // Some seconds of a small convolutional network.
    private const double MaxPixels = 4e6;
    private const int Least = 4;

    /// <summary>The report with maps of its surest and its most wrong images, as many as take little time.</summary>
    public static TrainingReport AddTo(
        TrainingReport report, Func<ImageSet, double[][]> predict, CancellationToken cancellation)
    {
        if (report.Images is not { } images)
        {
            return report;
        }

        double pixels = (double)OcclusionMap.Asked * images.Channels * images.Height * images.Width;
        int most = Math.Max(Least, (int)(MaxPixels / pixels));

        // Alternately: neither kind is left out where few are shown.
        int[] shown =
        [
            .. Turns(report.Mistakes).Concat(Turns(report.Surest)).OrderBy(pair => pair.Turn)
                .Select(pair => pair.Place).Distinct().Take(most),
        ];
        int[] answers = [.. shown.Select(place =>
            report.Answers.Count > 0 ? report.Answers[place]
            : Array.IndexOf(report.Probabilities[place], report.Probabilities[place].Max()))];
        IReadOnlyList<OcclusionMap> maps = OcclusionMap.Of(predict, images.Select(shown), answers, cancellation);
        return report with { Looks = shown.Zip(maps).ToDictionary(pair => pair.First, pair => pair.Second) };
    }

    private static IEnumerable<(int Turn, int Place)> Turns(IReadOnlyList<int> places) =>
        places.Select((place, turn) => (turn, place));
}
