using System.Net;
using System.Text.RegularExpressions;

namespace Math4AI.Site;

/// <summary>Links within a site that lead nowhere: the file is not there, or the page has no such place.</summary>
internal static class DeadLinks
{
    public static IReadOnlyList<string> In(string folder)
    {
        string[] pages = Directory.GetFiles(folder, "*.html");
        var texts = pages.ToDictionary(page => Path.GetFileName(page), File.ReadAllText);
        var places = texts.ToDictionary(
            page => page.Key,
            page => Regex.Matches(page.Value, " id=\"([^\"]*)\"").Select(match => match.Groups[1].Value).ToHashSet());
        return [.. texts.SelectMany(page => Regex.Matches(page.Value, " (?:href|src)=\"([^\"]*)\"")
            .Select(match => WebUtility.HtmlDecode(match.Groups[1].Value)).Distinct()
            .Where(url => !Leads(url, page.Key)).Select(url => $"{page.Key}: {url}"))];

        bool Leads(string url, string from)
        {
            if (Regex.IsMatch(url, "^https?://"))
            {
                return true;
            }

            string[] parts = url.Split('#', 2);
            string file = parts[0].Length == 0 ? from : Uri.UnescapeDataString(parts[0]);
            return File.Exists(Path.Combine(folder, file)) && (parts.Length < 2
                || (places.TryGetValue(file, out HashSet<string>? known)
                    && known.Contains(Uri.UnescapeDataString(parts[1]))));
        }
    }
}
