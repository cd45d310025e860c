using System.Globalization;
using System.IO.Compression;
using Math4AI.Data;
using Math4AI.Processes;

namespace Math4AI.Training.Learners.Combined;

/// <summary>Models that several processes learn, each some of them, and then all have.</summary>
internal static class SharedModels
{
    /// <summary>
    /// Learns models as whole jobs. A model goes to the other processes as the files of its folder, so that each of
    /// them has what a user would read from that.
    /// </summary>
    /// <param name="processes">The processes.</param>
    /// <param name="count">The number of models.</param>
    /// <param name="learn">Learns one of them, by its number, in this process alone.</param>
    /// <returns>The models in order.</returns>
    /// <exception cref="IOException">A model could not be learned or written in another process.</exception>
    public static LearnedTable[] Learn(ProcessGroup processes, int count, Func<int, LearnedTable> learn)
    {
        if (processes.Count == 1)
        {
            return [.. Enumerable.Range(0, count).Select(learn)];
        }

        string folder = Directory.CreateTempSubdirectory("math4ai-models-").FullName;
        try
        {
            byte[] own = processes.Agree(() => Pack(
                folder,
                Enumerable.Range(0, count).Where(model => model % processes.Count == processes.Rank)
                    .Select(model => (model, learn(model)))));
            byte[][] all = processes.Gather(own);
            return processes.Agree(() =>
            {
                foreach (byte[] packed in all)
                {
                    using var stream = new MemoryStream(packed);
                    ZipFile.ExtractToDirectory(stream, folder, overwriteFiles: true);
                }

                return Enumerable.Range(0, count).Select(model => LearnedTable.Load(PathOf(folder, model))).ToArray();
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Pack(string folder, IEnumerable<(int Number, LearnedTable Model)> models)
    {
        foreach ((int number, LearnedTable model) in models)
        {
            using var files = new FileTransaction();
            model.Save(PathOf(folder, number), files);
            files.Commit();
        }

        using var packed = new MemoryStream();
        ZipFile.CreateFromDirectory(folder, packed, CompressionLevel.Fastest, includeBaseDirectory: false);
        return packed.ToArray();
    }

    private static string PathOf(string folder, int model) =>
        Path.Combine(folder, model.ToString(CultureInfo.InvariantCulture));
}
